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

/// Sends requests to a store and takes up what its answers say about where it is, what time it has and which credentials it wants.
///
/// It makes one attempt, in which a request may be sent several times: redirects are followed at most [#MAX_REDIRECTS] times, signed anew for
/// where they lead, never from TLS to plain, and with credentials only where [StoreEndpoint#redirected] allows it; what an answer teaches is
/// tried at most [#MAX_LESSONS] times. Other attempts are the engine's.
public final class StoreSender implements AutoCloseable {
    private static final int MAX_REDIRECTS = 4;
    private static final int MAX_LESSONS = 3;
    private static final int MAX_ERROR_BYTES = 64 * 1024;

    private final HttpClient http;
    private final StoreEndpoint endpoint;
    private final StoreErrors errors;
    private final RequestWriter writer;
    private final StoreClock clock = new StoreClock(System::currentTimeMillis);

    /// An answer that is an error.
    ///
    /// @param location its header of that name
    private record Failure(ErrorAnswer answer, @Nullable String location) {}

    /// How a request was sent.
    ///
    /// @param signer null where it was not signed
    /// @param second that it was signed for
    private record Sent(Origin origin, String path, @Nullable RequestSigner signer, long second) {}

    /// @param userAgent value of that header
    public StoreSender(
            HttpClient http, StoreEndpoint endpoint, StoreErrors errors, String userAgent) {
        this.http = http;
        this.endpoint = endpoint;
        this.errors = errors;
        this.writer = new RequestWriter(userAgent);
    }

    /// How people call what is read.
    public String where() {
        return errors.where();
    }

    /// Sends a request and gives its good answer to the handler: a status below 300, or 416 to one that only probes.
    ///
    /// @throws SourceException when there was none
    /// @throws IOException what the handler's own sink threw
    public <T> T send(StoreRequest request, HttpClient.Handler<T, SourceException> handler)
            throws SourceException, IOException {
        try {
            return follow(request, handler);
        } catch (TransportException e) {
            throw StatusErrors.of(e, errors.where(), request.object());
        }
    }

    /// The same with a handler that does no I/O but to read the body.
    public <T> T ask(StoreRequest request, HttpClient.Handler<T, SourceException> handler)
            throws SourceException {
        try {
            return send(request, handler);
        } catch (IOException e) {
            throw new IllegalStateException("nothing but the transport does I/O here", e);
        }
    }

    /// The body of a good answer.
    ///
    /// @param mostBytes a longer one is an error that may pass
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
        int redirects = 0;
        int lessons = 0;
        while (true) {
            Origin home = request.origin() == null ? endpoint.origin() : request.origin();
            Origin origin = redirect == null ? home : redirect.origin();
            String path = redirect == null ? request.path() : redirect.path();
            String query = redirect == null ? request.query() : redirect.query();
            RequestSigner signer = signer(request, origin, renewed);
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
            if (next != null && redirects++ < MAX_REDIRECTS) {
                redirect = next;
                continue;
            }
            Lesson lesson =
                    next == null && lessons++ < MAX_LESSONS ? lesson(failure, sent) : Lesson.NONE;
            if (!lesson.any()) {
                throw errors.of(failure.answer, request.object());
            }
            renewed = lesson.renewed == null ? renewed : lesson.renewed;
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

    /// The signer of a request that goes there; null means that it is not signed.
    private @Nullable RequestSigner signer(
            StoreRequest request, Origin to, @Nullable RequestSigner renewed)
            throws SourceException {
        RedirectRule rule =
                ruleFor(request.origin()) == RedirectRule.UNSIGNED
                        // Whoever is asked without credentials cannot have them sent by a redirect
                        // to where they are for.
                        ? RedirectRule.UNSIGNED
                        : ruleFor(to);
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

    /// What an answer taught.
    ///
    /// @param any whether the request may be served now that it is known
    /// @param renewed a signer that the store has not refused; null where that was not the lesson
    private record Lesson(boolean any, @Nullable RequestSigner renewed) {
        static final Lesson NONE = new Lesson(false, null);
        static final Lesson LEARNED = new Lesson(true, null);
    }

    private Lesson lesson(Failure failure, Sent sent) throws SourceException {
        ErrorAnswer answer = failure.answer;
        RequestSigner signer = sent.signer;
        if (signer != null && endpoint.refusedTime(answer)) {
            long date = endpoint.storeMillis(answer);
            if (date != 0 && clock.adjust(date, sent.second)) {
                return Lesson.LEARNED;
            }
        }
        if (signer != null && endpoint.refusedCredentials(answer)) {
            // Whoever renews them may have done so since the request was signed.
            RequestSigner other = endpoint.renewed(signer);
            if (other != null && !other.equals(signer)) {
                return new Lesson(true, other);
            }
        }
        return endpoint.moved(answer) ? Lesson.LEARNED : Lesson.NONE;
    }

    @Override
    public void close() {
        endpoint.close();
        http.close();
    }
}
