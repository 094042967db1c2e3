package dev.cistern.populate.source.rest;

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

/// Sends requests to a store, adapting to what its responses say about its location, its clock and the required
/// credentials.
///
/// Each call is one attempt, in which a request may be sent several times: at most [#MAX_REDIRECTS] redirects are
/// followed, signed again, never from TLS to plain, and with credentials only where [StoreEndpoint#redirected] allows
/// it and only while all responses on the way came from such hosts: credentials are not sent where the response of
/// another host leads, even if that is the endpoint. At most [#MAX_CORRECTIONS] corrections are applied. Further
/// attempts are up to the engine.
public final class StoreSender implements AutoCloseable {
    private static final int MAX_REDIRECTS = 4;
    private static final int MAX_CORRECTIONS = 3;
    private static final int MAX_ERROR_BYTES = 64 * 1024;

    private final HttpClient http;
    private final StoreEndpoint endpoint;
    private final StoreErrors errors;
    private final RequestWriter writer;
    private final StoreClock clock = new StoreClock(System::currentTimeMillis);

    /// An error response.
    ///
    /// @param location its header of that name
    private record Failure(ErrorAnswer answer, @Nullable String location) {}

    /// How a request was sent.
    ///
    /// @param signer null where it was not signed
    /// @param second time in the signature
    private record Sent(Origin origin, String path, @Nullable RequestSigner signer, long second) {}

    /// @param userAgent value of that header
    public StoreSender(
            HttpClient http, StoreEndpoint endpoint, StoreErrors errors, String userAgent) {
        this.http = http;
        this.endpoint = endpoint;
        this.errors = errors;
        this.writer = new RequestWriter(userAgent);
    }

    /// Name of the location, for messages.
    public String where() {
        return errors.where();
    }

    /// Sends a request and passes a successful response to the handler: a status below 300, or 416 to a probing
    /// request.
    ///
    /// @throws SourceException when there was none
    /// @throws IOException thrown by the handler's sink
    public <T> T send(StoreRequest request, HttpClient.Handler<T, SourceException> handler)
            throws SourceException, IOException {
        try {
            return follow(request, handler);
        } catch (TransportException e) {
            throw StatusErrors.of(e, errors.where(), request.object());
        }
    }

    /// The same with a handler whose only I/O is reading the body.
    public <T> T ask(StoreRequest request, HttpClient.Handler<T, SourceException> handler)
            throws SourceException {
        try {
            return send(request, handler);
        } catch (IOException e) {
            throw new IllegalStateException("nothing but the transport does I/O here", e);
        }
    }

    /// The body of a successful response.
    ///
    /// @param mostBytes maximum length; a longer body is a retryable error
    public byte[] document(StoreRequest request, int mostBytes) throws SourceException {
        return ask(
                request,
                (head, body) -> {
                    if (head.status() != 200) {
                        throw StatusErrors.garbled(
                                errors.where(), request.object(), "status " + head.status());
                    }
                    return body.bytes(mostBytes);
                });
    }

    private <T> T follow(StoreRequest request, HttpClient.Handler<T, SourceException> handler)
            throws SourceException, IOException {
        Redirect redirect = null;
        RequestSigner renewed = null;
        boolean foreign = false;
        int redirects = 0;
        int corrections = 0;
        while (true) {
            Origin home = request.origin() == null ? endpoint.origin() : request.origin();
            Origin origin = redirect == null ? home : redirect.origin();
            String path = redirect == null ? request.path() : redirect.path();
            String query = redirect == null ? request.query() : redirect.query();
            RequestSigner signer = signer(request, origin, foreign, renewed);
            foreign |= ruleFor(origin) != RedirectRule.SIGNED;
            Sent sent = new Sent(origin, path, signer, clock.seconds());
            Object answer =
                    http.<Object, SourceException>exchange(
                            origin,
                            bytes(request, sent, query),
                            request.headOnly(),
                            (head, body) ->
                                    head.status() < 300 || (head.status() == 416 && request.probe())
                                            ? handler.handle(head, body)
                                            : failure(head, body, request));
            if (!(answer instanceof Failure failure)) {
                if (signer != null) {
                    endpoint.accepted(signer);
                }
                @SuppressWarnings("unchecked")
                T result = (T) answer;
                return result;
            }
            Redirect next =
                    Redirect.of(failure.answer.status(), failure.location, origin, sent.path);
            if (next != null
                    && Redirect.sameSite(endpoint.origin(), next.origin())
                    && !endpoint.mayLeadTo(next.path())) {
                throw StatusErrors.refused(
                        Reason.ACCESS_DENIED,
                        StatusErrors.subject(errors.where(), request.object())
                                + " redirects to "
                                + next.origin()
                                + next.path()
                                + ", which the StorageBackend's allowedPaths does not let this"
                                + " namespace read");
            }
            if (next != null && redirects++ < MAX_REDIRECTS) {
                RedirectCheck check = request.redirects();
                if (check != null) {
                    check.leads(failure.answer, next);
                }
                redirect = next;
                continue;
            }
            Correction correction =
                    next == null && !foreign && corrections++ < MAX_CORRECTIONS
                            ? correction(failure, sent)
                            : Correction.NONE;
            if (!correction.any()) {
                throw errors.of(failure.answer, request.object());
            }
            renewed = correction.renewed == null ? renewed : correction.renewed;
            redirect = null;
        }
    }

    private byte[] bytes(StoreRequest request, Sent sent, String query) {
        OutgoingRequest outgoing = new OutgoingRequest(request, sent.origin, sent.path, query);
        RequestSigner signer = sent.signer;
        if (signer != null) {
            signer.sign(outgoing, sent.second);
        }
        String encoding = request.encoding();
        return writer.bytes(outgoing, encoding == null ? "" : encoding);
    }

    /// The signer for a destination; null for an unsigned request.
    ///
    /// @param foreign whether a host on the way may not have the credentials: it cannot have them sent anywhere either
    private @Nullable RequestSigner signer(
            StoreRequest request, Origin to, boolean foreign, @Nullable RequestSigner renewed)
            throws SourceException {
        RedirectRule rule = foreign ? RedirectRule.UNSIGNED : ruleFor(to);
        boolean secretBody = request.body().length > 0;
        if (rule == RedirectRule.UNSIGNED && !secretBody) {
            return null;
        }
        RequestSigner signer = renewed == null ? endpoint.signer() : renewed;
        if (rule != RedirectRule.SIGNED && (signer != null || secretBody)) {
            throw StatusErrors.refused(
                    Reason.INVALID_CONFIGURATION,
                    errors.where()
                            + " redirects to "
                            + to
                            + ", outside its domain: set endpoint to it");
        }
        return signer;
    }

    /// @param to null for the endpoint
    private RedirectRule ruleFor(@Nullable Origin to) {
        return to == null || to.equals(endpoint.origin())
                ? RedirectRule.SIGNED
                : endpoint.redirected(to);
    }

    private static Failure failure(ResponseHead head, Body body, StoreRequest request)
            throws IOException {
        String text =
                request.headOnly()
                        ? ""
                        : new String(body.bytes(MAX_ERROR_BYTES), StandardCharsets.UTF_8);
        return new Failure(
                new ErrorAnswer(head.status(), text, head::header), head.header("location"));
    }

    /// A correction derived from a response.
    ///
    /// @param any whether the request may succeed with it
    /// @param renewed a signer that the store has not rejected; null where the credentials were not the problem
    private record Correction(boolean any, @Nullable RequestSigner renewed) {
        static final Correction NONE = new Correction(false, null);
        static final Correction APPLIED = new Correction(true, null);
    }

    private Correction correction(Failure failure, Sent sent) throws SourceException {
        ErrorAnswer answer = failure.answer;
        RequestSigner signer = sent.signer;
        if (signer != null && endpoint.refusedTime(answer)) {
            long date = endpoint.storeMillis(answer);
            if (date != 0 && clock.adjust(date, sent.second)) {
                return Correction.APPLIED;
            }
        }
        if (signer != null && endpoint.refusedCredentials(answer)) {
            // They may have been renewed since the request was signed.
            RequestSigner other = endpoint.renewed(signer);
            if (other != null && !other.equals(signer)) {
                return new Correction(true, other);
            }
        }
        return endpoint.moved(answer) ? Correction.APPLIED : Correction.NONE;
    }

    @Override
    public void close() {
        endpoint.close();
        http.close();
    }
}
