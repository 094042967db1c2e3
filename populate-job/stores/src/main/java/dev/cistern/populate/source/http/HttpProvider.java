package dev.cistern.populate.source.http;

import dev.cistern.populate.http.Tls;
import dev.cistern.populate.source.Source;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.rest.StoreSender;
import dev.cistern.populate.store.StoreContext;
import dev.cistern.populate.wire.HttpSpec;
import dev.cistern.populate.wire.ListForm;
import dev.cistern.populate.wire.Reason;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Opens sources of HTTP servers.
public final class HttpProvider {
    private HttpProvider() {}

    /// Opens a source, without a request to the server.
    ///
    /// @throws SourceException.Refused when the specification or the environment is invalid
    public static Source open(HttpSpec spec, StoreContext context) throws SourceException.Refused {
        HttpPlace place = place(spec, context);
        FileUrl url;
        try {
            url = place.file(spec.path());
        } catch (IllegalArgumentException e) {
            throw context.wrong("path", e.getMessage());
        }
        Tls tls = context.tls(spec.tls());
        context.checkProxy(place.origin());
        FileProtocol protocol = new FileProtocol(place);
        StoreSender sender =
                new StoreSender(
                        context.http(tls),
                        new HttpEndpoint(place, headers(spec, context)),
                        protocol,
                        context.userAgent());
        return new HttpSource(place, url, format(spec.list()), spec.sha256(), sender, protocol);
    }

    private static HttpPlace place(HttpSpec spec, StoreContext context)
            throws SourceException.Refused {
        try {
            return HttpPlace.of(spec.endpoint(), spec.allowedHosts(), spec.allowedPaths());
        } catch (IllegalArgumentException e) {
            throw context.wrong("endpoint", e.getMessage());
        }
    }

    private static @Nullable ListFormat format(@Nullable ListForm list) {
        return switch (list) {
            case null -> null;
            case SHA256SUMS -> new Sha256Sums();
            case MANIFEST -> new JsonManifest();
        };
    }

    /// Lower-case names and values alternating.
    private static List<String> headers(HttpSpec spec, StoreContext context)
            throws SourceException.Refused {
        List<String> headers = new ArrayList<>();
        switch (spec.auth()) {
            case ANONYMOUS -> {}
            case BASIC -> {
                String user = secret(context, "USERNAME");
                if (user.indexOf(':') >= 0) {
                    throw new SourceException.Refused(
                            Reason.INVALID_CREDENTIALS,
                            "the user name of source "
                                    + context.index()
                                    + " holds a colon, which basic authentication cannot send",
                            null);
                }
                byte[] both =
                        (user + ":" + secret(context, "PASSWORD")).getBytes(StandardCharsets.UTF_8);
                headers.add("authorization");
                headers.add("Basic " + Base64.getEncoder().encodeToString(both));
            }
            case BEARER -> {
                headers.add("authorization");
                headers.add("Bearer " + header(context, "TOKEN"));
            }
        }
        for (int i = 0; i < spec.headers().size(); i++) {
            HttpSpec.Header header = spec.headers().get(i);
            String value = header.value();
            headers.add(header.name().toLowerCase(Locale.ROOT));
            headers.add(value == null ? header(context, "HEADER_" + i) : value);
        }
        return headers;
    }

    /// A secret of this source; on the command line, of the only source.
    private static String secret(StoreContext context, String name) throws SourceException.Refused {
        String typed = context.environment().get(HttpCommandLine.VARIABLES + name);
        return context.optionalCredential(name) == null && typed != null && !typed.isEmpty()
                ? typed
                : context.credential(name);
    }

    /// A secret that is sent as a header's value.
    private static String header(StoreContext context, String name) throws SourceException.Refused {
        String value = secret(context, name);
        if (!value.chars().allMatch(c -> c >= 0x20 && c < 0x7f)) {
            throw new SourceException.Refused(
                    Reason.INVALID_CREDENTIALS,
                    "the secret "
                            + name
                            + " of source "
                            + context.index()
                            + " holds characters that a header cannot carry, such as a line break",
                    null);
        }
        return value;
    }
}
