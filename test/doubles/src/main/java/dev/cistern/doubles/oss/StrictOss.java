package dev.cistern.doubles.oss;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/// Alibaba Cloud OSS, for reading, in memory: it checks requests strictly, answers as documented, and injects faults on
/// request.
///
/// It has one bucket, usually [#BUCKET], in region [#REGION]. By an address it is asked with the bucket in the path; by
/// the host names of OSS, which it serves as a proxy, with the bucket before them; and by the bucket's own host name,
/// [#CNAME].
public final class StrictOss implements AutoCloseable {
    public static final String BUCKET = "bucket";
    public static final String REGION = "cn-hangzhou";
    public static final String CNAME = "data.example.com";

    static final Comparator<String> BY_BYTES =
            (a, b) ->
                    Arrays.compareUnsigned(
                            a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));

    private static final Set<String> HEADERS =
            Set.of(
                    "x-oss-date",
                    "x-oss-content-sha256",
                    "x-oss-security-token",
                    "x-oss-range-behavior",
                    "x-oss-request-payer");

    /// What was asked.
    ///
    /// @param kind of request
    /// @param key of the object; empty for a listing
    /// @param host of the `Host` header
    /// @param query decoded
    /// @param headers by lower-case name
    /// @param number of this kind of request for this key, from 1
    public record Asked(
            Kind kind,
            String key,
            String host,
            Map<String, String> query,
            Map<String, String> headers,
            int number) {}

    /// The kinds of requests.
    public enum Kind {
        LIST,
        HEAD,
        GET
    }

    private final String bucket;
    private final SignatureCheck signatures;
    private final HttpDouble server;
    private final TreeMap<String, StoredObject> objects = new TreeMap<>(BY_BYTES);
    private final Map<String, AtomicInteger> counts = new ConcurrentHashMap<>();
    private final List<Asked> asked = new CopyOnWriteArrayList<>();
    private final AtomicLong requests = new AtomicLong(0x5C3D9175B6FC201L);
    private volatile boolean publicRead;
    private volatile Set<String> deniedToList = Set.of();
    private volatile Set<String> deniedToGet = Set.of();
    private volatile @Nullable String owner;
    private volatile int pageSize = 1000;
    private volatile Duration ahead = Duration.ZERO;
    private volatile Function<Asked, @Nullable Fault> faults = request -> null;

    public StrictOss(Accounts accounts) throws IOException {
        this(BUCKET, accounts, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), null);
    }

    /// @param tls null for plain HTTP
    public StrictOss(
            String bucket, Accounts accounts, InetSocketAddress address, @Nullable SSLContext tls)
            throws IOException {
        this.bucket = bucket;
        this.signatures = new SignatureCheck(accounts);
        this.server = new HttpDouble(address, tls, this::now, this::answer);
    }

    private Instant now() {
        return Instant.now().plus(ahead);
    }

    /// The store's address; it wants the bucket in the path.
    public String endpoint() {
        return server.url();
    }

    public int port() {
        return server.port();
    }

    /// Stores an object as an upload by one request does.
    public void put(String key, byte[] bytes) {
        put(StoredObject.normal(key, bytes));
    }

    private synchronized void put(StoredObject object) {
        if (object.key().getBytes(StandardCharsets.UTF_8).length > 1023) {
            throw new IllegalArgumentException("names have up to 1023 bytes");
        }
        objects.put(object.key(), object);
    }

    /// Stores an object that was uploaded at some time.
    public void put(String key, byte[] bytes, Instant written) {
        put(StoredObject.normal(key, bytes).writtenAt(written));
    }

    /// Stores an object as an upload in parts does: its ETag is no MD5.
    public void putMultipart(String key, byte[] bytes) {
        put(StoredObject.normal(key, bytes).multipart());
    }

    /// Stores an object from before OSS had CRCs.
    public void putWithoutCrc(String key, byte[] bytes) {
        put(StoredObject.normal(key, bytes).withoutCrc());
    }

    /// Stores an object with a type, and an encoding that it is said to have.
    public void put(String key, byte[] bytes, String contentType, @Nullable String encoding) {
        put(StoredObject.normal(key, bytes).ofType(contentType, encoding));
    }

    /// Stores an object that is archived.
    ///
    /// @param storageClass such as `ColdArchive`
    /// @param restore value of `x-oss-restore`; null where nobody asked
    public void archive(String key, byte[] bytes, String storageClass, @Nullable String restore) {
        put(StoredObject.normal(key, bytes).inClass(storageClass, restore));
    }

    /// Stores a symlink.
    public void symlink(String key, String target) {
        put(StoredObject.normal(key, new byte[0]).leadingTo(target));
    }

    public synchronized void remove(String key) {
        objects.remove(key);
    }

    private synchronized @Nullable StoredObject get(String key) {
        return objects.get(key);
    }

    /// Whether anybody may read.
    public void publicRead(boolean allowed) {
        publicRead = allowed;
    }

    /// Who may not list, although the keys are good.
    public void deniesListing(String... principals) {
        deniedToList = Set.of(principals);
    }

    /// Who may not read objects, although the keys are good.
    public void deniesObjects(String... principals) {
        deniedToGet = Set.of(principals);
    }

    /// Everybody but the owner pays; null: the owner does.
    public void requesterPays(@Nullable String bucketOwner) {
        owner = bucketOwner;
    }

    /// A page of a listing has at most so many objects, whatever is asked.
    public void pageSize(int most) {
        pageSize = most;
    }

    /// How much the store's clock is ahead.
    public void ahead(Duration by) {
        ahead = by;
    }

    /// What goes wrong from now on; null for nothing.
    public void faults(Function<Asked, @Nullable Fault> function) {
        faults = function;
    }

    public List<Asked> asked() {
        return asked;
    }

    public List<Asked> asked(Kind kind) {
        return asked.stream().filter(a -> a.kind == kind).toList();
    }

    private Answer answer(Request request) {
        String requestId = "%024X".formatted(requests.incrementAndGet());
        Answer answer;
        try {
            answer = answer(request, requestId);
        } catch (Refused e) {
            answer = ErrorDocument.answer(e.refusal(), request.host(), requestId);
        }
        Answer told =
                answer.headers().containsKey("x-oss-request-id")
                        ? answer
                        : answer.with("x-oss-request-id", requestId);
        return request.head() ? told.headOnly() : told;
    }

    private Answer answer(Request request, String requestId) {
        Place place = Place.of(request, bucket);
        Asked now = noted(request, place);
        Fault fault = faults.apply(now);
        if (fault instanceof Fault.Error error) {
            return ErrorDocument.answer(
                            error.status(),
                            error.code(),
                            error.message(),
                            error.cause(),
                            Map.of(),
                            request.host(),
                            requestId)
                    .with(error.headers());
        }
        if (fault instanceof Fault.Other other) {
            return Answer.of(200, "text/plain", new byte[0]).spoiled(other);
        }
        Accounts.Key key = admitted(request, place, now);
        Answer answer =
                now.kind == Kind.LIST
                        ? listing(now)
                        : object(request, now, fault instanceof Fault.RangeIgnored);
        if (owner != null && key != null && !key.principal().equals(owner)) {
            answer = answer.with("x-oss-request-charged", "requester");
        }
        return fault == null ? answer : answer.spoiled(fault);
    }

    private Asked noted(Request request, Place place) {
        Kind kind = request.head() ? Kind.HEAD : place.key().isEmpty() ? Kind.LIST : Kind.GET;
        int number =
                counts.computeIfAbsent(kind + place.key(), any -> new AtomicInteger())
                        .incrementAndGet();
        Asked now =
                new Asked(
                        kind,
                        place.key(),
                        request.host(),
                        request.parameters(),
                        request.headers(),
                        number);
        asked.add(now);
        return now;
    }

    /// Whose keys a request is signed with, where it may be answered; null for nobody's.
    private Accounts.@Nullable Key admitted(Request request, Place place, Asked now) {
        if (!request.method().equals("GET") && !request.head()) {
            throw new Refused(
                    405,
                    "MethodNotAllowed",
                    "The specified method is not allowed against this resource.",
                    "0000-00000002");
        }
        for (String name : request.headers().keySet()) {
            if (name.startsWith("x-oss-") && !HEADERS.contains(name)) {
                throw new Refused(
                        400, "InvalidArgument", "unknown header " + name, "0000-00000003");
            }
        }
        SignatureCheck.Verdict verdict = signatures.check(request, place.resource(), REGION, now());
        if (verdict.refusal() != null) {
            throw new Refused(verdict.refusal());
        }
        if (!place.bucket().equals(bucket)) {
            throw new Refused(
                    404, "NoSuchBucket", "The specified bucket does not exist.", "0015-00000101");
        }
        Accounts.Key key = verdict.key();
        String payer = request.header("x-oss-request-payer");
        if (owner != null
                && (key == null || !key.principal().equals(owner))
                && (key == null || !payer.equals("requester"))) {
            throw new Refused(
                    403, "AccessDenied", "Access denied for requester pay bucket", "0003-00000702");
        }
        if (key == null && !publicRead) {
            throw new Refused(
                    403,
                    "AccessDenied",
                    "Anonymous user has no right to access this bucket.",
                    "0003-00000905");
        }
        Set<String> denied = now.kind == Kind.LIST ? deniedToList : deniedToGet;
        if (key != null && denied.contains(key.principal())) {
            throw new Refused(
                    403,
                    "AccessDenied",
                    "You have no right to access this object.",
                    "0003-00000001");
        }
        return key;
    }

    private synchronized Answer listing(Asked now) {
        Listing listing = new Listing(now.query, objects, pageSize);
        String problem = listing.problem();
        if (problem != null) {
            throw new Refused(400, "InvalidArgument", problem, "0017-00000001");
        }
        return Answer.of(
                200, "application/xml", listing.document(bucket).getBytes(StandardCharsets.UTF_8));
    }

    private Answer object(Request request, Asked now, boolean rangeIgnored) {
        if (!now.query.isEmpty()) {
            throw new Refused(
                    400, "InvalidArgument", "unknown parameters " + now.query, "0000-00000004");
        }
        StoredObject named = get(now.key);
        if (named == null) {
            throw new Refused(
                    404, "NoSuchKey", "The specified key does not exist.", "0026-00000001");
        }
        StoredObject content = named.target() == null ? named : get(named.target());
        if (content == null) {
            throw new Refused(
                    404,
                    "SymlinkTargetNotExist",
                    "The symlink target object does not exist",
                    "0026-00000012");
        }
        if (content != named && content.target() != null) {
            throw new Refused(
                    400,
                    "InvalidTargetType",
                    "The symlink's target object type is invalid",
                    "0026-00000011");
        }
        if (content.archived() && !request.head()) {
            throw new Refused(
                    403,
                    "InvalidObjectState",
                    "The operation is not valid for the object's state",
                    "0026-00000026");
        }
        ObjectAnswer answer = new ObjectAnswer(request, named, content, rangeIgnored);
        if (!answer.matches()) {
            throw new Refused(
                    412,
                    "PreconditionFailed",
                    "At least one of the pre-conditions you specified did not hold.",
                    "0026-00000022");
        }
        Answer told = answer.answer();
        if (told == null) {
            throw new Refused(
                    416,
                    "InvalidRange",
                    "The requested range cannot be satisfied",
                    "0026-00000028");
        }
        return told;
    }

    @Override
    public void close() {
        server.close();
    }
}
