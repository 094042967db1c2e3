package dev.cistern.populate.source.huggingface;

import dev.cistern.populate.http.Origin;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.rest.ErrorAnswer;
import dev.cistern.populate.source.rest.Json;
import dev.cistern.populate.source.rest.StatusErrors;
import dev.cistern.populate.source.rest.StoreErrors;
import dev.cistern.populate.wire.Reason;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What errors of the Hub mean for a run: the only place that knows. They are told in the Hub's own words
/// (`X-Error-Message`), and with what can be done.
final class HubErrors implements StoreErrors {
    private static final int MAX_SHOWN = 400;

    private static final String NO_TOKEN =
            "set a token: auth.mode bearer with tokenSecretRef, HF_TOKEN for the command";

    private static final StatusErrors.Hints HINTS =
            new StatusErrors.Hints(
                    "check the token: it may be mistyped, revoked or expired",
                    "check the name of the repo, and that endpoint is the Hub or a mirror of it",
                    "check that the token may read this repo: a fine-grained one names the repos"
                            + " that it is for, and an organization may ask for approved tokens");

    /// `"api";r=0;t=55`: what of a bucket of requests is left, and in how many seconds it is filled again.
    private static final Pattern RATE_LIMIT =
            Pattern.compile("\"([^\"]*)\"\\s*;\\s*r\\s*=\\s*0\\s*;\\s*t\\s*=\\s*([0-9]{1,4})\\b");

    private final HubLocation location;
    private final HubToken token;

    HubErrors(HubLocation location, HubToken token) {
        this.location = location;
        this.token = token;
    }

    /// What an answer says.
    ///
    /// @param code such as `GatedRepo`; empty where there is none
    /// @param message for people; empty where there is none
    private record Told(ErrorAnswer answer, String code, String message) {
        static Told of(ErrorAnswer answer) {
            String message = answer.header().apply("x-error-message");
            String code = answer.header().apply("x-error-code");
            return new Told(
                    answer,
                    code == null ? "" : code.strip(),
                    cut(message == null || message.isBlank() ? inBody(answer) : message));
        }

        private static String inBody(ErrorAnswer answer) {
            String text = answer.document().strip();
            if (text.startsWith("{")) {
                try {
                    Json error = Json.parse(text.getBytes(StandardCharsets.UTF_8)).get("error");
                    return error.text(error.get("message").text(""));
                } catch (IllegalArgumentException e) {
                    return "";
                }
            }
            // A page of somebody between says less than its status.
            return text.startsWith("<") ? "" : text;
        }

        private static String cut(String text) {
            String line = text.replaceAll("\\s+", " ").strip();
            return line.length() <= MAX_SHOWN ? line : line.substring(0, MAX_SHOWN) + "…";
        }

        String shown() {
            return "HTTP "
                    + answer.status()
                    + (code.isEmpty() ? "" : " " + code)
                    + (message.isEmpty() ? "" : ": " + message);
        }
    }

    @Override
    public String where() {
        return location.toString();
    }

    @Override
    public SourceException of(ErrorAnswer answer, @Nullable String object) {
        Told told = Told.of(answer);
        SourceException known =
                switch (told.code) {
                    case "GatedRepo" -> gated(told);
                    case "RepoNotFound" -> noRepo(told);
                    case "RevisionNotFound" -> noRevision(told, object);
                    case "EntryNotFound" -> gone(told, object);
                    default -> byStatus(told, object);
                };
        return known != null
                ? known
                : StatusErrors.of(waiting(answer), told.shown(), where(), object, HINTS);
    }

    private @Nullable SourceException byStatus(Told told, @Nullable String object) {
        ErrorAnswer answer = told.answer;
        if (told.message.contains("resource is disabled")) {
            return denied(told, "the Hub has disabled it; its page may say why: " + location.url());
        }
        return switch (answer.status()) {
            case 301, 302, 303, 307, 308 -> redirect(answer, object);
            case 400, 403 -> isOfTheNetwork(answer) ? expired(told, object) : null;
            case 401 -> unauthorized(told);
            case 404 ->
                    object == null
                            ? StatusErrors.missing(where(), told.shown(), HINTS.missing())
                            : null;
            case 451 -> denied(told, "it may not be had from here for legal reasons");
            default -> null;
        };
    }

    /// A content delivery network refuses a link in XML; the Hub never writes any.
    private static boolean isOfTheNetwork(ErrorAnswer answer) {
        return answer.document().stripLeading().startsWith("<?xml")
                || answer.document().stripLeading().startsWith("<Error");
    }

    /// A link that was given a moment ago is refused by clocks that differ, or was long under way.
    private SourceException expired(Told told, @Nullable String object) {
        return StatusErrors.garbled(
                where(),
                object,
                "the link that the Hub gave for it is refused (" + told.shown() + ")");
    }

    private SourceException redirect(ErrorAnswer answer, @Nullable String object) {
        String to = String.valueOf(answer.header().apply("location"));
        return StatusErrors.refused(
                Reason.INVALID_CONFIGURATION,
                StatusErrors.subject(where(), object)
                        + " redirects to "
                        + Origin.shown(to)
                        + ", which is not followed: too many redirects, or from https to http");
    }

    private SourceException gated(Told told) {
        return denied(
                told,
                "it is gated: accept its conditions on "
                        + location.url()
                        + " with the account of the token, and wait where its authors have to agree"
                        + (token.value() == null ? "; " + NO_TOKEN : ""));
    }

    private SourceException noRepo(Told told) {
        return StatusErrors.missing(
                where(),
                told.shown(),
                token.value() == null
                        ? "check its name and kind; or it is private: " + NO_TOKEN
                        : "check its name and kind; or it is private, and the token may not read"
                                + " it");
    }

    /// The Hub answers so for what is not there or private where there is no token, and for a token that it does not
    /// know.
    private SourceException unauthorized(Told told) {
        if (token.value() == null) {
            return noRepo(told);
        }
        String what = StatusErrors.subject(where(), null);
        return token.wasAccepted()
                ? StatusErrors.refused(
                        Reason.CREDENTIALS_EXPIRED,
                        what
                                + " does not accept the token any more ("
                                + told.shown()
                                + "); make a new one and put it where the old one is")
                : StatusErrors.credentials(what, told.shown(), HINTS.credentials());
    }

    private SourceException noRevision(Told told, @Nullable String object) {
        if (object != null) {
            return gone(told, object);
        }
        String revision = location.place().revision();
        return StatusErrors.refused(
                Reason.NO_SUCH_OBJECT,
                where()
                        + " has no revision "
                        + (revision == null ? "main" : revision)
                        + " ("
                        + told.shown()
                        + "); name a branch, a tag or a commit that it has behind an @");
    }

    private SourceException gone(Told told, @Nullable String object) {
        return new SourceException.Changed(
                StatusErrors.subject(where(), object) + " is gone (" + told.shown() + ")", true);
    }

    private SourceException denied(Told told, String hint) {
        return StatusErrors.refused(
                Reason.ACCESS_DENIED, where() + " may not be read (" + told.shown() + "); " + hint);
    }

    /// The same with the wait that the Hub asks for by `RateLimit` where it does not by `Retry-After`.
    private static ErrorAnswer waiting(ErrorAnswer answer) {
        String limit = answer.header().apply("ratelimit");
        Matcher empty = limit == null ? null : RATE_LIMIT.matcher(limit);
        if (answer.status() != 429 || empty == null || !empty.find()) {
            return answer;
        }
        // A second more: the Hub rounds down.
        String seconds = String.valueOf(Integer.parseInt(empty.group(2)) + 1);
        return new ErrorAnswer(
                answer.status(),
                answer.document(),
                name -> name.equals("retry-after") ? seconds : answer.header().apply(name));
    }
}
