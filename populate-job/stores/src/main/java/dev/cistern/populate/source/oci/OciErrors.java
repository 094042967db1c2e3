package dev.cistern.populate.source.oci;

import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.rest.ErrorAnswer;
import dev.cistern.populate.source.rest.Json;
import dev.cistern.populate.source.rest.StatusErrors;
import dev.cistern.populate.wire.Reason;
import java.nio.charset.StandardCharsets;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// Maps a registry's errors to a run's failures. The codes are those of the OCI Distribution Specification, "Error
/// Codes"; registries have additional ones, and proxies respond with HTML.
final class OciErrors {
    private static final int MAX_SHOWN = 400;
    private static final String UNKNOWN_REPOSITORY =
            "check endpoint and repository; registries say this, too, of what they do not let be"
                    + " read";

    /// An error response.
    ///
    /// @param code such as `MANIFEST_UNKNOWN`; empty where there is none, as in responses to `HEAD`
    /// @param message for people; empty where there is none
    private record ErrorDetails(ErrorAnswer answer, String code, String message) {
        static ErrorDetails of(ErrorAnswer answer) {
            String text = answer.document().strip();
            if (!text.startsWith("{")) {
                // A proxy's HTML page says less than its status.
                return new ErrorDetails(answer, "", text.startsWith("<") ? "" : cut(text));
            }
            try {
                Json document = Json.parse(text.getBytes(StandardCharsets.UTF_8));
                Json first = document.get("errors").items().stream().findFirst().orElse(Json.NONE);
                String message = first.get("message").text("");
                String detail = first.get("detail").text("");
                // Token services and gateways have other forms.
                String other =
                        document.get("details")
                                .text(document.get("message").text(document.get("error").text("")));
                return new ErrorDetails(
                        answer,
                        first.get("code").text(""),
                        cut(
                                message.isEmpty()
                                        ? other
                                        : message + (detail.isEmpty() ? "" : ": " + detail)));
            } catch (IllegalArgumentException e) {
                return new ErrorDetails(answer, "", "");
            }
        }

        private static String cut(String text) {
            String line = text.replaceAll("\\s+", " ");
            return line.length() <= MAX_SHOWN ? line : line.substring(0, MAX_SHOWN) + "…";
        }

        String shown() {
            return "HTTP "
                    + answer.status()
                    + (code.isEmpty() ? "" : " " + code)
                    + (message.isEmpty() ? "" : ": " + message);
        }
    }

    private final RegistryPlace place;
    private final BooleanSupplier anonymous;

    /// @param anonymous whether there are no credentials for the registry
    OciErrors(RegistryPlace place, BooleanSupplier anonymous) {
        this.place = place;
        this.anonymous = anonymous;
    }

    String where() {
        return place.toString();
    }

    /// @param object the title of the requested layer; null for a manifest
    SourceException of(ErrorAnswer answer, @Nullable String object) {
        ErrorDetails details = ErrorDetails.of(answer);
        String what = StatusErrors.subject(where(), object);
        SourceException known =
                switch (details.code) {
                    case "TOOMANYREQUESTS" -> tooMany(details, what);
                    case "NAME_UNKNOWN", "NAME_INVALID" ->
                            StatusErrors.missing(where(), details.shown(), UNKNOWN_REPOSITORY);
                    case "MANIFEST_UNKNOWN" -> noManifest(details);
                    case "UNSUPPORTED" ->
                            StatusErrors.refused(
                                    Reason.INVALID_CONFIGURATION,
                                    what
                                            + " does not support this request ("
                                            + details.shown()
                                            + ")");
                    default -> null;
                };
        return known != null ? known : ofStatus(details, what, object);
    }

    private SourceException ofStatus(ErrorDetails details, String what, @Nullable String object) {
        ErrorAnswer answer = details.answer;
        return switch (answer.status()) {
            case 401 -> unauthorized(details, what);
            case 403 -> denied(details, what);
            case 404 -> object == null ? noManifest(details) : blobGone(details, what);
            case 429 -> tooMany(details, what);
            default ->
                    StatusErrors.of(
                            answer,
                            details.shown(),
                            where(),
                            object,
                            new StatusErrors.Hints("check auth", UNKNOWN_REPOSITORY, "check auth"));
        };
    }

    private SourceException noManifest(ErrorDetails details) {
        return StatusErrors.refused(
                Reason.NO_SUCH_OBJECT,
                where()
                        + " has no "
                        + place.version()
                        + " ("
                        + details.shown()
                        + "); check the tag or digest, and that the repository may be read");
    }

    private static SourceException blobGone(ErrorDetails details, String what) {
        return new SourceException.Changed(
                what
                        + " is gone ("
                        + details.shown()
                        + "): the registry has the manifest without this blob; push it again",
                true);
    }

    private SourceException unauthorized(ErrorDetails details, String what) {
        if (anonymous.getAsBoolean()) {
            return notPublic(details, what);
        }
        String challenge = details.answer.header().apply("www-authenticate");
        // The user's token does not cover the repository.
        boolean known = challenge != null && challenge.contains("insufficient_scope");
        return known
                ? denied(details, what)
                : StatusErrors.credentials(
                        what,
                        details.shown(),
                        "check the user name and password, or the token, in the Secret of auth; a"
                                + " token may have expired");
    }

    private SourceException denied(ErrorDetails details, String what) {
        return anonymous.getAsBoolean()
                ? notPublic(details, what)
                : StatusErrors.refused(
                        Reason.ACCESS_DENIED,
                        what
                                + " may not be read with these credentials ("
                                + details.shown()
                                + "); give them the right to pull from the repository, and check"
                                + " that it is there");
    }

    private static SourceException notPublic(ErrorDetails details, String what) {
        return StatusErrors.refused(
                Reason.ACCESS_DENIED,
                what
                        + " cannot be read without credentials ("
                        + details.shown()
                        + "): it is not public, or not there; give credentials in auth, and check"
                        + " its name");
    }

    private SourceException tooMany(ErrorDetails details, String what) {
        String hint =
                anonymous.getAsBoolean()
                        ? "; registries allow more to those who log in: give credentials in auth"
                        : "; the registry counts what this user pulls";
        return StatusErrors.unavailable(details.answer, true, what, details.shown() + hint);
    }
}
