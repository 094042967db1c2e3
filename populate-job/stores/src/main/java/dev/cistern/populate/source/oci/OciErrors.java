package dev.cistern.populate.source.oci;

import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.rest.ErrorAnswer;
import dev.cistern.populate.source.rest.Json;
import dev.cistern.populate.source.rest.StatusErrors;
import dev.cistern.populate.wire.Reason;
import java.nio.charset.StandardCharsets;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// What a registry's errors mean for a run: the only place that knows. The codes are those of the OCI Distribution Specification, "Error
/// Codes"; registries put others beside them, and proxies answer with pages.
final class OciErrors {
    private static final int MAX_SHOWN = 400;
    private static final String UNKNOWN_REPOSITORY =
            "check endpoint and repository; registries say this, too, of what they do not let be"
                    + " read";

    /// What an answer says.
    ///
    /// @param code such as `MANIFEST_UNKNOWN`; empty where there is none, as in answers to `HEAD`
    /// @param message for people; empty where there is none
    private record Told(ErrorAnswer answer, String code, String message) {
        static Told of(ErrorAnswer answer) {
            String text = answer.document().strip();
            if (!text.startsWith("{")) {
                // A page of somebody between says less than its status.
                return new Told(answer, "", text.startsWith("<") ? "" : cut(text));
            }
            try {
                Json document = Json.parse(text.getBytes(StandardCharsets.UTF_8));
                Json first = document.get("errors").items().stream().findFirst().orElse(Json.NONE);
                String message = first.get("message").text("");
                String detail = first.get("detail").text("");
                // Token services and gateways have forms of their own.
                String other =
                        document.get("details")
                                .text(document.get("message").text(document.get("error").text("")));
                return new Told(
                        answer,
                        first.get("code").text(""),
                        cut(
                                message.isEmpty()
                                        ? other
                                        : message + (detail.isEmpty() ? "" : ": " + detail)));
            } catch (IllegalArgumentException e) {
                return new Told(answer, "", "");
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

    /// @param anonymous whether nobody gave credentials for the registry
    OciErrors(RegistryPlace place, BooleanSupplier anonymous) {
        this.place = place;
        this.anonymous = anonymous;
    }

    String where() {
        return place.toString();
    }

    /// @param object the title of the layer asked for; null for a manifest
    SourceException of(ErrorAnswer answer, @Nullable String object) {
        Told told = Told.of(answer);
        String what = StatusErrors.subject(where(), object);
        SourceException known =
                switch (told.code) {
                    case "TOOMANYREQUESTS" -> tooMany(told, what);
                    case "NAME_UNKNOWN", "NAME_INVALID" ->
                            StatusErrors.missing(where(), told.shown(), UNKNOWN_REPOSITORY);
                    case "MANIFEST_UNKNOWN" -> noManifest(told);
                    case "UNSUPPORTED" ->
                            StatusErrors.refused(
                                    Reason.INVALID_CONFIGURATION,
                                    what + " does not support this request (" + told.shown() + ")");
                    default -> null;
                };
        return known != null ? known : ofStatus(told, what, object);
    }

    private SourceException ofStatus(Told told, String what, @Nullable String object) {
        ErrorAnswer answer = told.answer;
        return switch (answer.status()) {
            case 401 -> unauthorized(told, what);
            case 403 -> denied(told, what);
            case 404 -> object == null ? noManifest(told) : blobGone(told, what);
            case 429 -> tooMany(told, what);
            default ->
                    StatusErrors.of(
                            answer,
                            told.shown(),
                            where(),
                            object,
                            new StatusErrors.Hints("check auth", UNKNOWN_REPOSITORY, "check auth"));
        };
    }

    private SourceException noManifest(Told told) {
        return StatusErrors.refused(
                Reason.NO_SUCH_OBJECT,
                where()
                        + " has no "
                        + place.version()
                        + " ("
                        + told.shown()
                        + "); check the tag or digest, and that the repository may be read");
    }

    private static SourceException blobGone(Told told, String what) {
        return new SourceException.Changed(
                what
                        + " is gone ("
                        + told.shown()
                        + "): the registry has the manifest without this blob; push it again",
                true);
    }

    private SourceException unauthorized(Told told, String what) {
        if (anonymous.getAsBoolean()) {
            return notPublic(told, what);
        }
        String challenge = told.answer.header().apply("www-authenticate");
        // A token was given for the user, and does not cover the repository.
        boolean known = challenge != null && challenge.contains("insufficient_scope");
        return known
                ? denied(told, what)
                : StatusErrors.credentials(
                        what,
                        told.shown(),
                        "check the user name and password, or the token, in the Secret of auth; a"
                                + " token may have expired");
    }

    private SourceException denied(Told told, String what) {
        return anonymous.getAsBoolean()
                ? notPublic(told, what)
                : StatusErrors.refused(
                        Reason.ACCESS_DENIED,
                        what
                                + " may not be read with these credentials ("
                                + told.shown()
                                + "); give them the right to pull from the repository, and check"
                                + " that it is there");
    }

    private static SourceException notPublic(Told told, String what) {
        return StatusErrors.refused(
                Reason.ACCESS_DENIED,
                what
                        + " cannot be read without credentials ("
                        + told.shown()
                        + "): it is not public, or not there; give credentials in auth, and check"
                        + " its name");
    }

    private SourceException tooMany(Told told, String what) {
        String hint =
                anonymous.getAsBoolean()
                        ? "; registries allow more to those who log in: give credentials in auth"
                        : "; the registry counts what this user pulls";
        return StatusErrors.unavailable(told.answer, true, what, told.shown() + hint);
    }
}
