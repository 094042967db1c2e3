package dev.cistern.test.e2e;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.ResourceAccessMode;
import org.junit.jupiter.api.parallel.ResourceLock;

/// Tests of an annotated class get the shared [Cistern] and a [Team] each. They run in parallel; a test that disturbs
/// the controller takes `@ResourceLock("controller")`.
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(OnCluster.class)
@ResourceLock(value = SystemTest.CONTROLLER, mode = ResourceAccessMode.READ)
public @interface SystemTest {
    String CONTROLLER = "controller";
}
