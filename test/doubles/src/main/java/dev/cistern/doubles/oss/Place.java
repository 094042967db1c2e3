package dev.cistern.doubles.oss;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/// Where a request leads.
///
/// @param key of the object; empty for the bucket itself
/// @param resource what is signed as the path, decoded: it names the bucket wherever the request does
record Place(String bucket, String key, String resource) {
    private static final String DOMAIN = ".aliyuncs.com";
    private static final List<String> ENDPOINTS =
            List.of(
                    "oss-" + StrictOss.REGION + DOMAIN,
                    "oss-" + StrictOss.REGION + "-internal" + DOMAIN,
                    "oss-accelerate" + DOMAIN);

    /// Where the bucket is named, in the host or in the path.
    ///
    /// @param served the one bucket that there is
    static Place of(Request request, String served) {
        String path = request.path();
        String host = request.host();
        if (host.equals(StrictOss.CNAME)) {
            return new Place(served, decoded(path.substring(1)), "/" + served + decoded(path));
        }
        if (host.endsWith(DOMAIN)) {
            for (String endpoint : ENDPOINTS) {
                if (host.equals(endpoint)) {
                    throw new Refused(
                            403,
                            "SecondLevelDomainForbidden",
                            "Please use virtual hosted style to access.",
                            "0003-00001404");
                }
                if (host.endsWith("." + endpoint)) {
                    String bucket = host.substring(0, host.length() - endpoint.length() - 1);
                    return new Place(
                            bucket, decoded(path.substring(1)), "/" + bucket + decoded(path));
                }
            }
            throw elsewhere(served);
        }
        int slash = path.indexOf('/', 1);
        if (slash < 0) {
            throw new Refused(400, "InvalidArgument", "no bucket in the path", "0000-00000001");
        }
        return new Place(
                path.substring(1, slash), decoded(path.substring(slash + 1)), decoded(path));
    }

    private static Refused elsewhere(String served) {
        return new Refused(
                new SignatureCheck.Refusal(
                        403,
                        "AccessDenied",
                        "The bucket you are attempting to access must be addressed using the"
                                + " specified endpoint. Please send all future requests to this"
                                + " endpoint.",
                        "0003-00001403",
                        Map.of("Bucket", served, "Endpoint", ENDPOINTS.getFirst())));
    }

    private static String decoded(String part) {
        // A plus sign in a path is itself.
        return URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8);
    }
}
