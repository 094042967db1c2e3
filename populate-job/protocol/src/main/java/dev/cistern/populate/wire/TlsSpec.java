package dev.cistern.populate.wire;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// Which certificates are accepted of a store that is reached over HTTPS.
///
/// @param skipVerification whether any certificate is accepted
/// @param caFile PEM file of certificate authorities to trust in addition to the platform's; null for none
/// @param caPem certificate authorities to trust likewise, as PEM text; null for none. At most one of the two is given
public record TlsSpec(boolean skipVerification, @Nullable String caFile, @Nullable String caPem) {
    /// The platform's authorities only.
    public static final TlsSpec PLATFORM = new TlsSpec(false, null, null);

    static TlsSpec read(@Nullable WireReader in) throws WireException {
        if (in == null) {
            return PLATFORM;
        }
        in.onlyKnown("skipVerification", "caFile", "caPem");
        TlsSpec tls =
                new TlsSpec(
                        in.flag("skipVerification", false),
                        in.optionalText("caFile"),
                        in.optionalText("caPem"));
        if (tls.caFile != null && tls.caPem != null) {
            throw in.wrong("caPem", "must not be given together with caFile");
        }
        return tls;
    }

    void write(JsonGenerator json) throws IOException {
        json.writeBooleanField("skipVerification", skipVerification);
        WireWriter.text(json, "caFile", caFile);
        WireWriter.text(json, "caPem", caPem);
    }
}
