package dev.cistern.csi;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/// Tests that mount. They run as root and in a mount namespace of their own, which `src/test/private-mounts` gives
/// them; elsewhere they say why they did not run.
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
@ExtendWith(NeedsMounts.Condition.class)
public @interface NeedsMounts {

    /// Looks at what this process is and where.
    final class Condition implements ExecutionCondition {
        @Override
        public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
            return "yes".equals(System.getenv("PRIVATE_MOUNTS"))
                    ? ConditionEvaluationResult.enabled("in a mount namespace of its own")
                    : ConditionEvaluationResult.disabled(
                            "not root, or no mount namespace to be had");
        }
    }
}
