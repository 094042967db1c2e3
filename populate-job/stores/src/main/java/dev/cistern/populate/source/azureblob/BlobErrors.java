package dev.cistern.populate.source.azureblob;

import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.rest.ErrorAnswer;
import dev.cistern.populate.source.rest.HttpDates;
import dev.cistern.populate.source.rest.StatusErrors;
import dev.cistern.populate.source.rest.XmlReader;
import dev.cistern.populate.wire.Reason;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Maps errors of Azure Blob Storage to failures of a run. The codes are those of the page "Blob service error codes";
/// a code is in the header `x-ms-error-code`, also of responses to `HEAD`, and in the error document.
public final class BlobErrors {
    private static final int MAX_SHOWN = 400;

    private static final String CREDENTIALS =
            "check the account's name, and its key, the SAS token or the identity";

    private static final String ROLE =
            "grant the identity the role Storage Blob Data Reader on the container or the account;"
                    + " a SAS token needs the permissions r and l";

    private static final StatusErrors.Hints HINTS =
            new StatusErrors.Hints(CREDENTIALS, "check container, account and endpoint", ROLE);

    /// The contents of an error response.
    ///
    /// @param code such as `ContainerNotFound`; empty where there is none
    /// @param message for people; empty where there is none
    record Told(ErrorAnswer answer, String code, String message) {
        static Told of(ErrorAnswer answer) {
            String document = answer.document();
            String header = answer.header().apply("x-ms-error-code");
            String code = header == null ? XmlReader.element(document, "Code") : header;
            String message = XmlReader.element(document, "Message");
            String detail = XmlReader.element(document, "AuthenticationErrorDetail");
            return new Told(
                    answer, code == null ? "" : code.strip(), cut(message) + detail(cut(detail)));
        }

        /// The first line; lines with the request's id and time follow.
        private static String cut(@Nullable String text) {
            String line = text == null ? "" : text.strip().lines().findFirst().orElse("");
            return line.length() <= MAX_SHOWN ? line : line.substring(0, MAX_SHOWN) + "…";
        }

        /// Details with a string to sign or a signature are left out.
        private static String detail(String text) {
            boolean signature = text.contains("signature found") || text.contains("to sign");
            return text.isEmpty() || signature ? "" : " (" + text + ")";
        }

        /// Whether authentication failed. Azurite has another code for it, with the same message.
        boolean unauthenticated() {
            return code.equals("AuthenticationFailed")
                    || (code.equals("AuthorizationFailure") && says("failed to authenticate"));
        }

        boolean says(String words) {
            return message.toLowerCase(Locale.ROOT).contains(words);
        }

        String shown() {
            return "HTTP "
                    + answer.status()
                    + (code.isEmpty() ? "" : " " + code)
                    + (message.isEmpty() ? "" : ": " + message);
        }
    }

    private BlobErrors() {}

    /// Whether a response rejects the key or the shared access signature itself, so that a new one may be accepted.
    public static boolean refusesSignature(ErrorAnswer answer) {
        return answer.status() == 401 || Told.of(answer).unauthenticated();
    }

    /// Whether a request was rejected for its date: the service accepts a difference of 15 minutes.
    public static boolean refusesDate(ErrorAnswer answer) {
        Told told = Told.of(answer);
        return told.unauthenticated() && told.says("date header");
    }

    /// The service's time, in Unix milliseconds: from the error document, since proxies may set `Date`, else from
    /// `Date`; 0 where there is neither.
    public static long storeMillis(ErrorAnswer answer) {
        String message = XmlReader.element(answer.document(), "Message");
        int at = message == null ? -1 : message.indexOf("\nTime:");
        long own =
                message == null || at < 0
                        ? 0
                        : HttpDates.millis(message.substring(at + "\nTime:".length()).strip());
        return own == 0 ? answer.dateMillis() : own;
    }

    /// @param object name of the blob asked for; null for a listing
    /// @param accepted whether the store has accepted the same key or SAS token before
    static SourceException of(
            ErrorAnswer answer, String where, @Nullable String object, boolean accepted) {
        Told told = Told.of(answer);
        String what = StatusErrors.subject(where, object);
        if (told.unauthenticated()) {
            return unauthenticated(told, what, accepted);
        }
        SourceException known =
                switch (told.code) {
                    case "InvalidAuthenticationInfo" ->
                            StatusErrors.credentials(
                                    what,
                                    told.shown(),
                                    "check that the identity is of the tenant that the account"
                                            + " trusts");
                    case "NoAuthenticationInformation", "PublicAccessNotPermitted" ->
                            denied(
                                    told,
                                    what,
                                    "it is not public: give an identity that may read it instead"
                                            + " of anonymous");
                    case "ContainerNotFound" ->
                            object == null
                                    ? StatusErrors.missing(where, told.shown(), HINTS.missing())
                                    : null;
                    case "ResourceNotFound" -> object == null ? hidden(told, where) : null;
                    case "ContainerBeingDeleted" ->
                            StatusErrors.missing(where, told.shown(), "it is being deleted");
                    case "AccountBeingCreated" ->
                            StatusErrors.unavailable(answer, false, what, told.shown());
                    default -> blob(told, what);
                };
        if (known != null) {
            return known;
        }
        SourceException forbidden = answer.status() == 403 ? forbidden(told, what) : null;
        return forbidden != null
                ? forbidden
                : StatusErrors.of(answer, told.shown(), where, object, HINTS);
    }

    private static SourceException unauthenticated(Told told, String what, boolean accepted) {
        if (told.says("date header")) {
            return StatusErrors.credentials(
                    what,
                    told.shown(),
                    "the machine's clock differs from the store's by more than 15 minutes: set it");
        }
        if (told.says("specified time frame")) {
            return StatusErrors.refused(
                    Reason.CREDENTIALS_EXPIRED,
                    what
                            + " was asked for with a SAS token that is not valid now ("
                            + told.shown()
                            + "); make a new one where it comes from: the next attempt reads it"
                            + " anew");
        }
        if (accepted) {
            return StatusErrors.refused(
                    Reason.CREDENTIALS_EXPIRED,
                    what
                            + " was asked for with a key or SAS token that the store accepted"
                            + " before and does not know any more ("
                            + told.shown()
                            + "); if it was rotated, put the new one into the Secret: the next"
                            + " attempt reads it");
        }
        return StatusErrors.credentials(
                what,
                told.shown(),
                CREDENTIALS + "; a key that was rotated is another, and a clock may be wrong");
    }

    /// The response to an anonymous listing of a container that is not public, or of which only the blobs are. It is
    /// `AccessDenied`, because a single blob may be readable.
    private static SourceException hidden(Told told, String where) {
        return StatusErrors.refused(
                Reason.ACCESS_DENIED,
                where
                        + " may not be listed without credentials, or is not there ("
                        + told.shown()
                        + "); give its public access level as Container, name one blob, or use an"
                        + " identity");
    }

    /// Errors caused by the state of a blob. Their status is 409, which otherwise means that it changed.
    private static @Nullable SourceException blob(Told told, String what) {
        return switch (told.code) {
            case "BlobArchived" ->
                    StatusErrors.refused(
                            Reason.ACCESS_DENIED,
                            what
                                    + " is in the archive tier ("
                                    + told.shown()
                                    + "): move it to the tier Hot, Cool or Cold and wait until that"
                                    + " is done, or exclude it");
            case "BlobBeingRehydrated" ->
                    StatusErrors.refused(
                            Reason.ACCESS_DENIED,
                            what
                                    + " is on its way out of the archive tier ("
                                    + told.shown()
                                    + "), which takes hours: try again when it is done");
            case "BlobUsesCustomerSpecifiedEncryption" ->
                    StatusErrors.refused(
                            Reason.ACCESS_DENIED,
                            what
                                    + " is encrypted with a key of its owner ("
                                    + told.shown()
                                    + "), which cistern does not have: write it with a key that the"
                                    + " account manages, or exclude it");
            case "InvalidHeaderValue", "UnsupportedHeader" ->
                    told.says("x-ms-version") || told.answer.document().contains("x-ms-version")
                            ? StatusErrors.refused(
                                    Reason.INVALID_CONFIGURATION,
                                    what
                                            + " is older than cistern supports ("
                                            + told.shown()
                                            + "): it has to know version "
                                            + BlobProtocol.VERSION
                                            + " of the API")
                            : null;
            case "AccountRequiresHttps" ->
                    StatusErrors.refused(
                            Reason.INVALID_CONFIGURATION,
                            what
                                    + " is served by HTTPS alone ("
                                    + told.shown()
                                    + "): write https:// in endpoint");
            default -> null;
        };
    }

    private static @Nullable SourceException forbidden(Told told, String what) {
        return switch (told.code) {
            case "AuthorizationFailure" ->
                    denied(
                            told,
                            what,
                            "the account's firewall may keep this network out: allow it, or use a"
                                    + " private endpoint; else "
                                    + ROLE);
            case "AuthorizationSourceIPMismatch" ->
                    denied(told, what, "the SAS token is for other addresses");
            case "AuthorizationProtocolMismatch" ->
                    denied(told, what, "the SAS token is for HTTPS alone");
            case "AuthorizationServiceMismatch" ->
                    denied(told, what, "the SAS token is not for the Blob service (ss=b)");
            case "AuthorizationResourceTypeMismatch" ->
                    denied(
                            told,
                            what,
                            "the SAS token is not for containers and their blobs (srt=co)");
            case "KeyBasedAuthenticationNotPermitted" ->
                    denied(
                            told,
                            what,
                            "the account takes neither keys nor SAS tokens made with them: use"
                                    + " workloadIdentity, managedIdentity or servicePrincipal");
            case "AccountIsDisabled" -> denied(told, what, "the account is off");
            default -> null;
        };
    }

    private static SourceException denied(Told told, String what, String hint) {
        return StatusErrors.refused(
                Reason.ACCESS_DENIED,
                what + " may not be read with these credentials (" + told.shown() + "); " + hint);
    }
}
