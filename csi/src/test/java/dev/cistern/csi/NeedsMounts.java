package dev.cistern.csi;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/// Tests that mount. They run as root in their own mount namespace, from `src/test/private-mounts`; elsewhere they are
/// skipped with a reason.
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
@ExtendWith(NeedsMounts.Condition.class)
public @interface NeedsMounts {

    /// Examines this process.
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
