package dev.cistern.populate.source.oss.auth;

import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.rest.ErrorAnswer;
import dev.cistern.populate.source.rest.Json;
import dev.cistern.populate.source.rest.StatusErrors;
import dev.cistern.populate.source.rest.StoreErrors;
import dev.cistern.populate.wire.Reason;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What errors of the Security Token Service mean for a run.
///
/// @param where the service and the role that is asked for, for people
record StsErrors(String where) implements StoreErrors {
    private static final int MAX_SHOWN = 400;
    private static final Pattern BUSY = Pattern.compile("(?i)throttling.*|.*toomany.*");
    private static final Pattern MAY_PASS =
            Pattern.compile("(?i)serviceunavailable.*|internalerror.*");

    /// What an answer says.
    ///
    /// @param code such as `AuthenticationFail.OIDCToken.Expired`; empty where there is none
    /// @param requestId for the store's support; empty where there is none
    private record Told(String code, String message, String requestId) {
        static Told of(String document) {
            String text = document.strip();
            if (!text.startsWith("{")) {
                return new Told("", text.startsWith("<") ? "" : cut(text), "");
            }
            try {
                Json all = Json.parse(text.getBytes(StandardCharsets.UTF_8));
                return new Told(
                        all.get("Code").text(""),
                        cut(all.get("Message").text("")),
                        all.get("RequestId").text(""));
            } catch (IllegalArgumentException e) {
                return new Told("", "", "");
            }
        }

        private static String cut(String text) {
            String line = text.replaceAll("\\s+", " ");
            return line.length() <= MAX_SHOWN ? line : line.substring(0, MAX_SHOWN) + "…";
        }

        String shown(int status) {
            return "HTTP "
                    + status
                    + (code.isEmpty() ? "" : " " + code)
                    + (message.isEmpty() ? "" : ": " + message)
                    + (requestId.isEmpty() ? "" : "; RequestId " + requestId);
        }
    }

    @Override
    public SourceException of(ErrorAnswer answer, @Nullable String object) {
        Told told = Told.of(answer.document());
        String shown = told.shown(answer.status());
        boolean busy = StatusErrors.busy(answer.status()) || BUSY.matcher(told.code).matches();
        if (busy
                || StatusErrors.retryable(answer.status())
                || MAY_PASS.matcher(told.code).matches()) {
            return StatusErrors.unavailable(answer, busy, where, shown);
        }
        String what = where + " gives no keys (" + shown + "); ";
        if (told.code.startsWith("InvalidTimeStamp")) {
            return StatusErrors.refused(Reason.INVALID_CREDENTIALS, what + "set the clock");
        }
        if (told.code.contains("Expired")) {
            // The kubelet writes another one; the next attempt's pod has a new one in any case.
            return StatusErrors.refused(
                    Reason.CREDENTIALS_EXPIRED,
                    what + "the ServiceAccount's token has expired: the next attempt has another");
        }
        return answer.status() == 403
                ? StatusErrors.refused(
                        Reason.ACCESS_DENIED,
                        what
                                + "check the role's trust policy: its issuer, the audience"
                                + " sts.aliyuncs.com, and the subject"
                                + " system:serviceaccount:NAMESPACE:NAME of the Job")
                : StatusErrors.refused(
                        Reason.INVALID_CREDENTIALS,
                        what
                                + "check the ARNs of role and OIDC provider, that RRSA is on in the"
                                + " cluster, and the audience of the token");
    }
}
