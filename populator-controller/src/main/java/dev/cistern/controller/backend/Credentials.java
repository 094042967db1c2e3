package dev.cistern.controller.backend;

import io.fabric8.kubernetes.api.model.SecretKeySelector;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Sources of a Job's credentials for one source. The controller refers to Secrets and never reads them.
///
/// @param variables of the container's environment
/// @param files in the source's directory
/// @param account the ServiceAccount that the Job has to run as; empty for any
public record Credentials(
        List<Variable> variables, List<SecretFile> files, Optional<Account> account) {
    /// Name of the file that holds the ServiceAccount's token.
    public static final String TOKEN_FILE = "token";

    /// No credentials.
    public static final Credentials NONE = new Credentials(List.of(), List.of(), Optional.empty());

    public Credentials {
        variables = List.copyOf(variables);
        files = List.copyOf(files);
    }

    /// A variable that is set from a Secret's key.
    ///
    /// @param name after `CISTERN_SOURCE_<i>_`
    public record Variable(String name, SecretKeySelector secret) {}

    /// A Secret's key as a file.
    ///
    /// @param name of the file, unique within the source
    public record SecretFile(String name, SecretKeySelector secret) {}

    /// The ServiceAccount as a credential.
    ///
    /// @param name null means the namespace's default account
    /// @param audience of the token in [#TOKEN_FILE]; null when the Job needs none because the platform knows the pod's
    ///     account
    public record Account(@Nullable String name, @Nullable String audience) {}

    /// Variables only.
    public static Credentials ofVariables(List<Variable> variables) {
        return new Credentials(variables, List.of(), Optional.empty());
    }

    /// Files alone.
    public static Credentials ofFiles(List<SecretFile> files) {
        return new Credentials(List.of(), files, Optional.empty());
    }

    /// The Job's ServiceAccount only.
    public static Credentials ofAccount(@Nullable String name, @Nullable String audience) {
        return new Credentials(List.of(), List.of(), Optional.of(new Account(name, audience)));
    }
}
