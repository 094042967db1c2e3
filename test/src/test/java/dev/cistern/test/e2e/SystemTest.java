package dev.cistern.test.e2e;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.ResourceAccessMode;
import org.junit.jupiter.api.parallel.ResourceLock;

/// Tests of a class so marked get the one [Cistern] that all of them share, and a [Team] of their own each. They run beside
/// each other; a test that disturbs the controller takes `@ResourceLock("controller")` for itself.
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(OnCluster.class)
@ResourceLock(value = SystemTest.CONTROLLER, mode = ResourceAccessMode.READ)
public @interface SystemTest {
    String CONTROLLER = "controller";
}
