package dev.cistern.populate.source.s3;

import dev.cistern.populate.http.Body;
import dev.cistern.populate.http.HttpClient;
import dev.cistern.populate.http.Origin;
import dev.cistern.populate.http.ResponseHead;
import dev.cistern.populate.http.TransportException;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.wire.Reason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// Sends requests to where the bucket is, and remembers what answers say about that.
///
/// Redirects are followed at most [#MAX_HOPS] times, signed anew for where they lead, never from TLS to plain, and with a
/// signature only within the domain that the configuration names: a signed request carries a session token.
final class S3Sender implements AutoCloseable {
    private static final int MAX_HOPS = 3;
    private static final int MAX_ERROR_BYTES = 64 * 1024;

    private final HttpClient http;
    private final AwsKeys.Provider keys;
    private final RequestWriter writer;
    private final StoreClock clock = new StoreClock(System::currentTimeMillis);

    /// Where requests go now; the bucket's real region moves it.
    private volatile Target home;

    private record Target(S3Location location, Origin origin, SigV4 signer) {
        static Target of(S3Location location) {
            return new Target(location, location.origin(), new SigV4(location.region()));
        }
    }

    /// An answer that is an error.
    ///
    /// @param location its header of that name
    /// @param storeMillis what the store's clock showed; 0 where it does not say
    private record Failure(S3Errors.Answer answer, @Nullable String location, long storeMillis) {}

    S3Sender(S3Location location, HttpClient http, AwsKeys.Provider keys, String userAgent) {
        this.home = Target.of(location);
        this.http = http;
        this.keys = keys;
        this.writer = new RequestWriter(userAgent);
    }

    /// Where the bucket is, as far as is known now.
    S3Location location() {
        return home.location;
    }

    /// Sends a request and gives its good answer to the handler.
    ///
    /// @throws SourceException when there was none
    /// @throws IOException what the handler's own sink threw
    <T> T send(S3Request request, HttpClient.Handler<T, SourceException> handler)
            throws SourceException, IOException {
        try {
            return follow(request, handler);
        } catch (TransportException e) {
            throw S3Errors.of(e, home.location, request.key());
        }
    }

    private <T> T follow(S3Request request, HttpClient.Handler<T, SourceException> handler)
            throws SourceException, IOException {
        Redirect redirect = null;
        for (int hops = 0; ; hops++) {
            Target target = home;
            Origin origin = redirect == null ? target.origin : redirect.origin();
            long second = clock.seconds();
            AwsKeys signWith = keys.keys();
            if (redirect != null
                    && signWith != null
                    && !Redirect.mayCarrySignature(target.location.endpoint(), origin)) {
                throw S3Errors.refused(
                        Reason.INVALID_CONFIGURATION,
                        target.location
                                + " redirects to "
                                + origin
                                + ", outside its domain: set endpoint to it");
            }
            byte[] bytes =
                    redirect == null
                            ? writer.bytes(
                                    request,
                                    origin,
                                    request.path(target.location),
                                    request.query(),
                                    target.signer,
                                    signWith,
                                    second)
                            : writer.bytes(
                                    request,
                                    origin,
                                    redirect.path(),
                                    redirect.query(),
                                    target.signer,
                                    signWith,
                                    second);
            Object answer =
                    http.<Object, SourceException>exchange(
                            origin,
                            bytes,
                            request.headOnly(),
                            (head, body) ->
                                    head.status() < 300 || (head.status() == 416 && request.probe())
                                            ? handler.handle(head, body)
                                            : failure(head, body, request));
            if (!(answer instanceof Failure failure)) {
                @SuppressWarnings("unchecked")
                T result = (T) answer;
                return result;
            }
            if (hops == MAX_HOPS) {
                throw S3Errors.of(failure.answer, target.location, request.key());
            }
            redirect = Redirect.of(failure.answer.status(), failure.location, origin);
            if (redirect == null && !learned(failure, target, signWith, second)) {
                throw S3Errors.of(failure.answer, target.location, request.key());
            }
        }
    }

    private static Failure failure(ResponseHead head, Body body, S3Request request)
            throws IOException {
        String text =
                request.headOnly()
                        ? ""
                        : new String(body.bytes(MAX_ERROR_BYTES), StandardCharsets.UTF_8);
        long date = S3Times.millis(head.header("date"));
        return new Failure(
                S3Answers.answer(head.status(), text, head::header),
                head.header("location"),
                date != 0 ? date : S3Times.millis(S3Xml.element(text, "ServerTime")));
    }

    /// Takes up what the answer says about region or clock, and new keys; whether there was anything new in it.
    ///
    /// @param signedWith null where the request was not signed
    /// @param second that it was signed for
    private boolean learned(
            Failure failure, Target target, @Nullable AwsKeys signedWith, long second)
            throws SourceException {
        S3Errors.Answer answer = failure.answer;
        if (signedWith != null && S3Errors.expired(answer)) {
            // Whoever renews them may have done so since the request was signed.
            return !signedWith.equals(keys.keys());
        }
        if (signedWith != null && S3Errors.aboutTime(answer)) {
            return failure.storeMillis != 0 && clock.adjust(failure.storeMillis, second);
        }
        S3Location moved = inRegionOf(answer, target.location);
        if (moved == null) {
            return false;
        }
        home = Target.of(moved);
        return true;
    }

    /// The bucket in the region that an answer names; null when it names no other.
    private static @Nullable S3Location inRegionOf(S3Errors.Answer answer, S3Location old) {
        String region = answer.bucketRegion();
        boolean aboutRegion =
                answer.status() == 301 || answer.status() == 307 || answer.status() == 400;
        if (!aboutRegion
                || region == null
                || !region.matches("[a-z0-9-]{1,63}")
                || region.equals(old.region())) {
            return null;
        }
        return old.provider()
                ? S3Location.ofProvider(region, old.bucket(), old.pathStyle())
                : new S3Location(
                        old.endpoint(),
                        old.basePath(),
                        region,
                        old.bucket(),
                        old.pathStyle(),
                        false);
    }

    @Override
    public void close() {
        keys.close();
        http.close();
    }
}
