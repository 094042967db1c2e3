package dev.cistern.controller.backend;

import dev.cistern.api.v1alpha1.StorageBackendSpec;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Checks paths against the type of store. The CRDs reject most mistakes when a path is written; they see neither the
/// StorageBackend that a `backendRef` names, nor objects that are older than a rule.
public final class BackendPaths {
    private static final Pattern SCHEME =
            Pattern.compile("([A-Za-z0-9+-]{1,16})://.*", Pattern.DOTALL);
    private static final Pattern NO_COLON =
            Pattern.compile("(s3|gs|az|oss|oci|hf|https?)//(.*)", Pattern.DOTALL);
    private static final Pattern USER_OF_URL = Pattern.compile("^((?i:https?):?//)[^/?#]*@");
    private static final Pattern BLANK_AT_THE_END =
            Pattern.compile(".*[\\s\\p{Z}\\p{Cf}]", Pattern.DOTALL);

    private BackendPaths() {}

    /// The problem of a source's path, with what to write instead: the field, a colon and the rest; empty when there is
    /// none.
    ///
    /// @param path as written, such as `s3://bucket/models/`
    /// @param list whether it is declared as a list of files
    /// @param backend the source's backend
    /// @param called name of the backend for messages
    public static Optional<String> wrong(
            String path, boolean list, StorageBackendSpec backend, String called) {
        Optional<String> problem = wrong(path, backend.getType(), called);
        return problem.isPresent()
                ? problem.map("path: "::concat)
                : Backends.of(backend.getType()).wrong(backend, path, list);
    }

    private static Optional<String> wrong(
            String path, StorageBackendSpec.Type type, String backend) {
        Matcher noColon = NO_COLON.matcher(path);
        if (noColon.matches()) {
            return Optional.of(
                    quoted(path)
                            + " lacks the colon after its scheme: write "
                            + quoted(noColon.group(1) + "://" + noColon.group(2)));
        }
        if (BLANK_AT_THE_END.matcher(path).matches()) {
            return Optional.of(quoted(path) + " ends with a blank: take it away");
        }
        Matcher scheme = SCHEME.matcher(path);
        String own = Backends.of(type).scheme();
        if (scheme.matches() && !Backends.of(type).hasScheme(scheme.group(1))) {
            if (scheme.group(1).matches("https?")) {
                return Optional.of(
                        quoted(path)
                                + " is a URL, and the type of "
                                + backend
                                + " is "
                                + type.getValue()
                                + ": write "
                                + quoted((own.isEmpty() ? "" : own + "://") + "BUCKET/PREFIX")
                                + ", or name a backend of type http");
            }
            String rest = shown(path).substring(scheme.group(1).length() + 3);
            String right = Backends.of(type).withScheme(rest);
            return Optional.of(
                    quoted(path)
                            + " is of another store than "
                            + backend
                            + ", whose type is "
                            + type.getValue()
                            + ": write "
                            + quoted(right)
                            + ", or name another backend");
        }
        return Optional.empty();
    }

    /// A path in a message.
    static String quoted(String path) {
        return "\"" + shown(path) + "\"";
    }

    /// A path for people. What follows a `?` may be the signature of a URL, and what precedes its host a password; more
    /// people read events and statuses than populators.
    static String shown(String path) {
        String url = USER_OF_URL.matcher(path).replaceFirst("$1");
        int mark = url.indexOf('?');
        return mark < 0 ? url : url.substring(0, mark) + "?…";
    }
}
