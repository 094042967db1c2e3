package dev.cistern.populate.source.s3;

import dev.cistern.populate.http.Body;
import dev.cistern.populate.http.HttpClient;
import dev.cistern.populate.http.Origin;
import dev.cistern.populate.http.ResponseHead;
import dev.cistern.populate.http.TransportException;
import dev.cistern.populate.source.ObjectDetails;
import dev.cistern.populate.source.ObjectDigest;
import dev.cistern.populate.source.ObjectSink;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.SourceObject;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// S3 over this module's own transport and signer.
///
/// Redirects are followed at most [#MAX_HOPS] times, signed anew for where they lead, never from TLS to plain, and with a
/// signature only within the domain that the configuration names: a signed request carries a session token.
public final class DirectApi implements S3Api {
    private static final int MAX_HOPS = 3;

    /// A page of 1000 keys of 1 KiB, percent-encoded threefold, with 1 KiB around each.
    private static final int MAX_PAGE_BYTES = 8 << 20;

    private static final int MAX_ERROR_BYTES = 64 * 1024;

    private final HttpClient http;
    private final AwsKeys.Provider keys;
    private final String userAgent;

    /// Where requests go now; a permanent redirect or the bucket's real region moves it.
    private volatile Target home;

    private volatile long clockOffsetSeconds;
    private volatile Timestamp timestamp = new Timestamp(0, "");

    private record Timestamp(long second, String text) {}

    private record Target(S3Location location, Origin origin, SigV4 signer) {
        static Target of(S3Location location) {
            return new Target(location, location.origin(), new SigV4(location.region()));
        }
    }

    /// A request's own part, apart from where it is sent.
    private record Ask(
            String method, @Nullable String key, String query, String ifMatch, String range) {}

    /// Where a redirect leads.
    private record Hop(Origin origin, String path, String query) {}

    public DirectApi(
            S3Location location, HttpClient http, AwsKeys.Provider keys, String userAgent) {
        this.home = Target.of(location);
        this.http = http;
        this.keys = keys;
        this.userAgent = userAgent;
    }

    @Override
    public Page list(String prefix, String continuation) throws SourceException {
        StringBuilder query = new StringBuilder(128);
        if (!continuation.isEmpty()) {
            query.append("continuation-token=");
            S3Location.encode(continuation, query, false);
            query.append('&');
        }
        query.append("encoding-type=url&list-type=2&max-keys=")
                .append(PAGE_SIZE)
                .append("&prefix=");
        S3Location.encode(prefix, query, false);
        Ask ask = new Ask("GET", null, query.toString(), "", "");
        try {
            return send(
                    ask,
                    (head, body) -> {
                        byte[] bytes = body.bytes(MAX_PAGE_BYTES);
                        if (head.status() != 200) {
                            throw S3Errors.garbled(home.location, null, "status " + head.status());
                        }
                        try {
                            return S3Xml.page(bytes);
                        } catch (IllegalArgumentException e) {
                            throw S3Errors.garbled(
                                    home.location, null, String.valueOf(e.getMessage()));
                        }
                    });
        } catch (TransportException e) {
            throw S3Errors.of(e, home.location, null);
        } catch (IOException e) {
            throw new IllegalStateException("nothing but the transport does I/O here", e);
        }
    }

    @Override
    public ObjectDetails head(String key) throws SourceException {
        ObjectDetails details = head(key, "");
        ObjectDigest digest = details.digest();
        if (digest == null || digest.parts() == 0) {
            return details;
        }
        long partSize =
                digest.parts() == 1
                        ? details.object().size()
                        : head(key, "partNumber=1").object().size();
        return new ObjectDetails(
                details.object(),
                new ObjectDigest(digest.kind(), digest.value(), digest.parts(), partSize));
    }

    private ObjectDetails head(String key, String query) throws SourceException {
        try {
            return send(
                    new Ask("HEAD", key, query, "", ""),
                    (head, body) -> {
                        body.transferTo(piece -> {});
                        String modified = head.header("last-modified");
                        SourceObject object =
                                new SourceObject(
                                        key,
                                        Math.max(0, head.contentLength()),
                                        version(head),
                                        modified == null ? 0 : S3Times.header(modified));
                        return new ObjectDetails(object, S3Digests.of(head::header));
                    });
        } catch (TransportException e) {
            throw S3Errors.of(e, home.location, key);
        } catch (IOException e) {
            throw new IllegalStateException("nothing but the transport does I/O here", e);
        }
    }

    private static String version(ResponseHead head) {
        String etag = head.header("etag");
        return etag == null ? "" : etag;
    }

    @Override
    public void get(SourceObject object, long from, long to, ObjectSink sink)
            throws SourceException, IOException {
        boolean whole = from == 0 && to == object.size();
        String range = whole ? "" : "bytes=" + from + "-" + (to - 1);
        try {
            send(
                    new Ask("GET", object.key(), "", quoted(object.version()), range),
                    (head, body) -> {
                        S3Answers.check(
                                home.location,
                                object,
                                from,
                                to,
                                head.status(),
                                body.length(),
                                head::header);
                        sink.begin(whole ? S3Digests.of(head::header) : null);
                        long[] left = {to - from};
                        body.transferTo(
                                piece -> {
                                    left[0] -= piece.remaining();
                                    if (left[0] < 0) {
                                        throw tooLong(object);
                                    }
                                    sink.accept(piece);
                                });
                        if (left[0] != 0) {
                            throw S3Errors.garbled(
                                    home.location,
                                    object.key(),
                                    "body " + left[0] + " bytes too short");
                        }
                        return to;
                    });
        } catch (TransportException e) {
            throw S3Errors.of(e, home.location, object.key());
        }
    }

    private static String quoted(String version) {
        return version.isEmpty() || version.startsWith("\"") ? version : "\"" + version + "\"";
    }

    private TransportException tooLong(SourceObject object) {
        return new TransportException(
                TransportException.Kind.PROTOCOL,
                "body of " + object.key() + " longer than asked for",
                null);
    }

    private <T> T send(Ask ask, HttpClient.Handler<T, SourceException> handler)
            throws SourceException, IOException {
        Hop hop = null;
        for (int hops = 0; ; hops++) {
            Target target = home;
            Origin origin = hop == null ? target.origin : hop.origin;
            AwsKeys signWith = keys.keys();
            if (signWith != null && !mayCarrySignature(target.location.endpoint(), origin)) {
                throw S3Errors.refused(
                        dev.cistern.populate.wire.Reason.INVALID_CONFIGURATION,
                        target.location
                                + " redirects to "
                                + origin
                                + ", outside its domain: set endpoint to it");
            }
            Object answer =
                    http.<Object, SourceException>exchange(
                            origin,
                            request(ask, target, hop, signWith),
                            ask.method.equals("HEAD"),
                            (head, body) ->
                                    head.status() < 300
                                            ? handler.handle(head, body)
                                            : failure(head, body, ask));
            if (!(answer instanceof Failure failure)) {
                @SuppressWarnings("unchecked")
                T result = (T) answer;
                return result;
            }
            if (hops == MAX_HOPS || (hop = next(failure, target, origin)) == null) {
                if (hops == MAX_HOPS || !moved(failure, target)) {
                    throw S3Errors.of(failure.answer, target.location, ask.key);
                }
            }
        }
    }

    private record Failure(
            S3Errors.Answer answer, @Nullable String location, @Nullable String date) {}

    private static Failure failure(ResponseHead head, Body body, Ask ask) throws IOException {
        String text =
                ask.method.equals("HEAD")
                        ? ""
                        : new String(body.bytes(MAX_ERROR_BYTES), StandardCharsets.UTF_8);
        String region = head.header("x-amz-bucket-region");
        if (region == null) {
            region = S3Xml.element(text, "Region");
        }
        String code = S3Xml.element(text, "Code");
        String message = S3Xml.element(text, "Message");
        return new Failure(
                new S3Errors.Answer(
                        head.status(),
                        code == null ? "" : code,
                        message == null ? "" : message,
                        S3Answers.retryAfterMillis(head.header("retry-after")),
                        region),
                head.header("location"),
                head.header("date"));
    }

    /// Where a redirect leads, or null when the answer is none that may be followed.
    private static @Nullable Hop next(Failure failure, Target target, Origin from) {
        int status = failure.answer.status();
        String location = failure.location;
        if (location == null
                || (status != 301 && status != 302 && status != 307 && status != 308)) {
            return null;
        }
        try {
            URI uri = URI.create(from + "/").resolve(location);
            Origin origin = Origin.of(uri.toString());
            if (from.secure() && !origin.secure()) {
                return null;
            }
            String query = uri.getRawQuery() == null ? "" : uri.getRawQuery();
            String[] parameters = query.split("&", -1);
            Arrays.sort(parameters);
            return new Hop(origin, uri.getRawPath(), String.join("&", parameters));
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /// Takes up what the answer says about region or clock; whether there was anything new in it.
    private boolean moved(Failure failure, Target target) {
        S3Errors.Answer answer = failure.answer;
        if (answer.code().equals("RequestTimeTooSkewed")
                && failure.date != null
                && clockOffsetSeconds == 0) {
            try {
                clockOffsetSeconds =
                        S3Times.header(failure.date) / 1000 - System.currentTimeMillis() / 1000;
            } catch (IllegalArgumentException e) {
                return false;
            }
            return clockOffsetSeconds != 0;
        }
        String region = answer.bucketRegion();
        boolean aboutRegion =
                answer.status() == 301 || answer.status() == 307 || answer.status() == 400;
        if (!aboutRegion
                || region == null
                || !region.matches("[a-z0-9-]{1,63}")
                || region.equals(target.location.region())) {
            return false;
        }
        S3Location old = target.location;
        home =
                Target.of(
                        old.provider()
                                ? S3Location.ofProvider(region, old.bucket(), old.pathStyle())
                                : new S3Location(
                                        old.endpoint(),
                                        old.basePath(),
                                        region,
                                        old.bucket(),
                                        old.pathStyle(),
                                        false));
        return true;
    }

    /// Whether `to` is the endpoint's own host, or in the same domain.
    private static boolean mayCarrySignature(Origin endpoint, Origin to) {
        String host = endpoint.host();
        int dot = host.indexOf('.');
        String domain =
                dot >= 0 && host.indexOf('.', dot + 1) >= 0 ? host.substring(dot) : "." + host;
        boolean address =
                host.indexOf(':') >= 0
                        || host.chars().allMatch(c -> c == '.' || (c >= '0' && c <= '9'));
        return to.host().equals(host)
                || (!address && (to.host().endsWith("." + host) || to.host().endsWith(domain)));
    }

    private byte[] request(Ask ask, Target target, @Nullable Hop hop, @Nullable AwsKeys signWith) {
        Origin origin = hop == null ? target.origin : hop.origin;
        String path;
        if (hop != null) {
            path = hop.path;
        } else {
            path =
                    ask.key == null
                            ? target.location.bucketPath()
                            : target.location.objectPath(ask.key);
        }
        String query = hop == null ? ask.query : hop.query;
        List<String> headers = new ArrayList<>(14);
        headers.add("host");
        headers.add(origin.authority());
        if (!ask.ifMatch.isEmpty()) {
            headers.add("if-match");
            headers.add(ask.ifMatch);
        }
        if (!ask.range.isEmpty()) {
            headers.add("range");
            headers.add(ask.range);
        }
        if (ask.key != null && ask.range.isEmpty()) {
            headers.add("x-amz-checksum-mode");
            headers.add("ENABLED");
        }
        String authorization = "";
        if (signWith != null) {
            String now = timestamp();
            headers.add("x-amz-content-sha256");
            headers.add(SigV4.EMPTY_HASH);
            headers.add("x-amz-date");
            headers.add(now);
            String token = signWith.sessionToken();
            if (token != null) {
                headers.add("x-amz-security-token");
                headers.add(token);
            }
            authorization =
                    target.signer.authorization(signWith, ask.method, path, query, headers, now);
        }
        StringBuilder text = new StringBuilder(768);
        text.append(ask.method).append(' ').append(path);
        if (!query.isEmpty()) {
            text.append('?').append(query);
        }
        text.append(" HTTP/1.1\r\n");
        for (int i = 0; i < headers.size(); i += 2) {
            text.append(headers.get(i)).append(": ").append(headers.get(i + 1)).append("\r\n");
        }
        if (!authorization.isEmpty()) {
            text.append("authorization: ").append(authorization).append("\r\n");
        }
        text.append("user-agent: ").append(userAgent).append("\r\n\r\n");
        return text.toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    private String timestamp() {
        long second = System.currentTimeMillis() / 1000 + clockOffsetSeconds;
        Timestamp known = timestamp;
        if (known.second != second) {
            known = new Timestamp(second, S3Times.signed(second));
            timestamp = known;
        }
        return known.text;
    }

    @Override
    public void close() {
        keys.close();
        http.close();
    }
}
