package dev.cistern.test.odd;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/// One deviation of a store from the S3 documentation or from what clients expect, and where it was seen.
public enum Quirk {
    // Sizes that are missing.
    HEAD_WITHOUT_LENGTH(
            "HEAD has no Content-Length",
            "Cloudflare before Ceph RGW, Yandex Object Storage, s3ninja"),
    HEAD_CHUNKED("HEAD says Transfer-Encoding: chunked", "Cloudflare R2, reverse proxies"),
    HEAD_LENGTH_ZERO("HEAD says Content-Length: 0", "LocalStack of 2018, reverse proxies"),
    HEAD_WITHOUT_ETAG("HEAD has no ETag", "reverse proxies, gateways before file systems"),
    HEAD_NOT_ALLOWED("HEAD is answered 405", "read-only gateways, presigning proxies"),
    HEAD_FORBIDDEN("HEAD is answered 403", "policies on the method, CDNs"),
    GET_CHUNKED(
            "bodies come in chunks, without a length",
            "Cloudflare R2, nginx, Google Cloud Storage"),
    GET_UNTIL_CLOSE("a body ends with its connection, without a length", "HTTP/1.0 gateways"),
    RANGE_TOTAL_UNKNOWN("Content-Range ends with /*", "streaming gateways"),

    // Listings that are incomplete or look so.
    TRUNCATED_AS_ONE("IsTruncated is 1", "stores that write booleans as numbers"),
    TRUNCATED_CAPITALISED("IsTruncated is True", "gateways written in Python"),
    TRUNCATED_UPPER_CASE("IsTruncated is TRUE", "gateways before databases"),
    TRUNCATED_IN_BLANKS(
            "IsTruncated has blanks and line feeds around it", "pretty-printing gateways"),
    TRUNCATED_LEFT_OUT("a token stands for more, IsTruncated is left out", "minimal S3 servers"),
    FIRST_PAGE_EMPTY("the first page is empty and truncated", "Ceph RGW, Google Cloud Storage"),
    PAGES_EMPTY(
            "five empty, truncated pages come before each with keys",
            "Ceph RGW with many delete markers"),
    EMPTY_FOR_EVER(
            "every page is empty and truncated, each with a new token", "a broken bucket index"),
    LIST_V1_ONLY(
            "knows ListObjects V1 alone: marker, NextMarker", "older Ceph, Swift's s3api, OBS"),
    LIST_V1_NO_NEXT_MARKER(
            "knows V1 alone and names no NextMarker without a delimiter", "AWS, older Ceph"),
    NO_TOKEN("truncated, without a token; start-after works", "minimal S3 servers"),
    NO_TOKEN_NOR_START(
            "truncated, without a token; every request gets the first page", "minimal S3 servers"),
    PAGE_REPEATS(
            "the first page again and again, with a token each time",
            "gateways that drop the token"),
    KEYS_REPEAT(
            "a page begins with the last key of the one before",
            "off-by-one markers, Swift's s3api"),
    UNSORTED("keys come in no order", "AWS directory buckets, R2, Azure gateways"),
    TOKEN_EMPTY_AT_END(
            "the last page has an empty NextContinuationToken", "Ceph RGW, minimal S3 servers"),
    KEYS_BEYOND_PREFIX(
            "keys are listed that do not begin with the prefix",
            "gateways that cut the prefix at a slash"),

    // Bodies that differ from the announced size or digest.
    LISTED_SIZE_ZERO(
            "the listing says 0 bytes and the right MD5", "gateways that learn sizes later"),
    LIST_WITHOUT_ETAG("the listing has no ETag", "gateways before file systems"),
    GET_WITHOUT_ETAG("GET has no ETag", "reverse proxies, CDNs"),
    ERROR_IN_200(
            "a body is the store's error document, with status 200 and the object's length",
            "AWS's copy and complete, gateways"),
    ERROR_IN_200_ONCE(
            "the same for the first request of each object", "AWS's copy and complete, gateways"),
    FLIPS_A_BYTE("a byte of every whole body is wrong", "a broken disk or proxy"),
    FLIPS_A_BYTE_ONCE("a byte of the first body of each object is wrong", "a broken disk or proxy"),

    // ETags that are not an MD5.
    IGNORES_PART_NUMBER(
            "partNumber is ignored: HEAD tells of the whole", "Alibaba OSS, Ceph RGW, Wasabi"),
    REFUSES_PART_NUMBER(
            "partNumber is refused, 501", "Cloudflare R2 (of old), Google Cloud Storage"),
    WEAK_ETAGS(
            "ETags are weak, W/\"…\", and no If-Match is true for one",
            "nginx, CDNs that compress"),
    ETAGS_UNQUOTED("ETags have no quotes", "minimal S3 servers, Swift"),
    ETAGS_UPPER_CASE("ETags are in capitals", "Alibaba OSS, Huawei OBS"),
    ETAG_OTHER_IN_GET(
            "GET has another ETag than the listing, the same each time",
            "gateways, R2 with transforms"),
    ETAG_NEW_EACH_TIME(
            "each GET and HEAD has an ETag of its own", "gateways that make ETags of times"),
    REFUSES_OWN_ETAG("If-Match with the object's own ETag is answered 412", "SeaweedFS 3.97"),
    IF_MATCH_NOT_IMPLEMENTED(
            "If-Match is answered 501", "minimal S3 servers, Backblaze B2 (of old)"),

    // Encodings.
    UNPACKS_GZIP(
            "objects stored with Content-Encoding: gzip come unpacked unless gzip is accepted",
            "Google Cloud Storage, CDNs"),
    LABELS_AWS_CHUNKED(
            "objects carry Content-Encoding: aws-chunked", "MinIO, Ceph RGW, Hadoop's uploads"),

    // Clocks.
    CLOCK_JUMPS(
            "the store's clock goes one hour on after a few requests",
            "NTP after a suspended machine"),
    CLOCK_JUMPS_TWICE("the same, and back again later", "NTP after a suspended machine"),
    CLOCK_AHEAD("the store's clock is 40 minutes ahead", "appliances without NTP"),

    // Slow, late, busy.
    CRAWLS("the first body comes at one byte a second", "lossy links, throttled tenants"),
    FIRST_BYTE_LATE(
            "the first byte of a body comes after 25 s", "cold tiers, erasure-coded stores"),
    REQUEST_TIMEOUT_ONCE("the first request of each object is answered 408", "AWS, load balancers"),
    REQUEST_TIMEOUT_WHEN_IDLE(
            "a 408 is sent on an idle connection, which then closes", "HAProxy, Apache"),
    TOO_EARLY_ONCE("the first request of each object is answered 425", "CDNs with TLS early data"),
    BUSY_ONCE("the first request of each object is answered 503 SlowDown", "all"),
    THROTTLED_ONCE(
            "the first request of each object is answered 429 with an HTML body",
            "Google Cloud Storage, Backblaze B2"),
    HTML_BAD_GATEWAY_ONCE(
            "the first request of each object is answered 502 in HTML", "load balancers"),
    RETRY_AFTER_A_DATE(
            "the first request of each object is answered 503 with Retry-After as a date",
            "Cloudflare"),
    TOKEN_EXPIRES("after the listing every request is answered ExpiredToken", "AWS STS, MinIO STS"),

    // Dates.
    DATE_RFC_850("Last-Modified: Friday, 02-Jan-26 03:04:05 GMT", "old gateways"),
    DATE_ASCTIME("Last-Modified: Fri Jan  2 03:04:05 2026", "old gateways"),
    DATE_ISO("Last-Modified: 2026-01-02T03:04:05.678Z", "minimal S3 servers"),
    DATE_ZONE("Last-Modified ends with +0000", "gateways written in Ruby or Perl"),
    DATE_GARBAGE("Last-Modified: yesterday", "nobody, and yet"),
    DATE_MISSING("no Last-Modified", "reverse proxies"),
    LIST_DATE_GARBAGE("LastModified in listings is no date", "minimal S3 servers"),
    LIST_DATE_EMPTY("LastModified in listings is empty", "gateways before file systems"),
    LIST_DATE_OFFSET("LastModified in listings ends with +00:00", "gateways written in Python"),

    // Ways to the store.
    PROXY_ONLY("answers only what comes by way of a proxy (absolute targets)", "offices"),
    MOVED_WITH_ENDPOINT("301 with <Endpoint> in its body and no Location", "AWS"),
    REGION_MALFORMED("400 AuthorizationHeaderMalformed with <Region>", "AWS, MinIO"),

    // ErrorResponses.
    REQUESTER_PAYS("403 AccessDenied without x-amz-request-payer", "AWS, OSS, open data sets"),
    FORBIDS_BODYLESS("403 without a body", "CDNs, firewalls"),
    ARCHIVED("403 InvalidObjectState", "AWS Glacier, OSS Archive"),
    USER_UNKNOWN_404("404 InvalidAccessKeyId, as if the bucket were not there", "Alibaba OSS"),
    KEY_GONE(
            "a key that is listed is answered 404",
            "eventually consistent listings, deleted meanwhile"),
    LENGTH_OTHER_THAN_LISTED(
            "GET has a byte more than the listing says", "transforming gateways, stale listings"),

    // Headers and framing.
    LOWER_CASE_HEADERS("header names are in small letters", "HTTP/2 proxies"),
    HEADERS_TWICE("Content-Length, Date and ETag come twice, the same", "chained proxies"),
    LINE_FEEDS_ALONE("lines of an answer's head end with a line feed alone", "CGI scripts"),
    EARLY_HINTS("103 Early Hints comes before the answer", "CDNs"),
    CONTINUES_UNASKED("100 Continue comes before the answer", "IIS, old proxies"),
    CHUNKS_WITH_EXTENSIONS("chunks have extensions, capitals and trailers", "Jetty, Envoy"),
    CLOSES_EACH("each answer closes its connection, and says so", "gateways without keep-alive"),
    CLOSES_SILENTLY("each answer closes its connection without a word", "load balancers"),
    RESETS_HALF_WAY_ONCE("the first body of each object ends half way", "all"),
    IGNORES_RANGE(
            "a range is answered 200 with the whole object",
            "lakeFS before 0.104, CDNs that fetch first"),
    PARTIAL_FOR_WHOLE("a request without a range is answered 206", "CDNs"),
    NO_DATE("no Date header", "minimal S3 servers"),
    STATUS_WITHOUT_REASON("the status line ends after the number", "HTTP/2 proxies"),

    // XML.
    XML_PRETTY("listings are indented", "LocalStack of 2020"),
    XML_PREFIXED("elements have a namespace prefix", "gateways written in Java"),
    XML_COMMENTED("listings have comments", "gateways"),
    XML_CDATA("keys and ETags are CDATA", "gateways written in PHP"),
    XML_BOM("listings begin with a byte order mark", "gateways written in C#"),
    XML_DOCTYPE_FREE("listings have no XML declaration", "minimal S3 servers"),
    KEYS_RAW("encoding-type is ignored: keys come as they are", "Google Cloud Storage, older Ceph"),
    KEYS_DOUBLE_NAMED("EncodingType is said after the keys", "minimal S3 servers"),
    SIZES_IN_BLANKS("sizes have blanks around them", "pretty-printing gateways"),
    FOLDERS_LISTED(
            "a folder is listed with a slash and a size of 4096", "gateways before file systems"),
    VALUES_IN_BLANKS(
            "every value in a listing has line feeds and blanks around it", "LocalStack of 2020"),
    XML_MINIMAL(
            "listings have keys, sizes and ETags and nothing else", "s3mock, minimal S3 servers"),
    LISTS_BUCKETS_INSTEAD(
            "a listing is answered 200 with the list of buckets",
            "Linode, endpoints that expect the bucket in the host"),
    UNKNOWN_ELEMENTS("objects have elements that nobody knows", "Ceph, MinIO's metadata listing"),
    CHECKSUM_GARBAGE(
            "x-amz-checksum-crc32c is not a checksum", "gateways that pass on client headers"),
    CHECKSUM_OF_PARTS_UNMARKED(
            "a checksum over parts has no -N, only its type says so", "MinIO, Ceph RGW");

    private final String does;
    private final String seen;

    Quirk(String does, String seen) {
        this.does = does;
        this.seen = seen;
    }

    /// The name that enables it, for example `head-without-length`.
    public String id() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /// What a store with this quirk does.
    public String does() {
        return does;
    }

    /// Stores where it was seen.
    public String seen() {
        return seen;
    }

    /// The quirk of that name.
    public static Optional<Quirk> of(String id) {
        return Arrays.stream(values()).filter(quirk -> quirk.id().equals(id)).findFirst();
    }
}
