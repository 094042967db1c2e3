package dev.cistern.doubles.oss;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/// Alibaba Cloud's Security Token Service: the action `AssumeRoleWithOIDC`.
public final class StrictSts implements AutoCloseable {
    private static final Set<String> ANY = Set.of("Action", "Format", "Version", "Timestamp");

    /// Common to all of the platform's interfaces; what only signatures need may be there.
    private static final Set<String> COMMON =
            Set.of(
                    "Action",
                    "Format",
                    "Version",
                    "Timestamp",
                    "SignatureNonce",
                    "RegionId",
                    "AccessKeyId",
                    "SignatureMethod",
                    "SignatureVersion");

    private static final Set<String> FORM =
            Set.of(
                    "RoleArn",
                    "OIDCProviderArn",
                    "OIDCToken",
                    "RoleSessionName",
                    "DurationSeconds",
                    "Policy");

    /// An answer instead of a good one.
    ///
    /// @param code such as `Throttling`
    public record Refusal(int status, String code, String message) {}

    /// Whom a role trusts.
    private record Trust(String provider, Predicate<String> token) {}

    private final Accounts accounts;
    private final HttpDouble server;
    private final Map<String, Trust> roles = new ConcurrentHashMap<>();
    private final List<Map<String, String>> asked = new CopyOnWriteArrayList<>();
    private volatile @Nullable Refusal refusal;
    private volatile Set<String> expired = Set.of();

    public StrictSts(Accounts accounts) throws IOException {
        this(accounts, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), null);
    }

    /// @param tls null for plain HTTP
    public StrictSts(Accounts accounts, InetSocketAddress address, @Nullable SSLContext tls)
            throws IOException {
        this.accounts = accounts;
        this.server = new HttpDouble(address, tls, Instant::now, this::answer);
    }

    public String url() {
        return server.url();
    }

    /// A role, the OIDC provider that it trusts, and the tokens of it that may assume the role. Its keys stand for the
    /// role's ARN.
    public void trusts(String roleArn, String providerArn, Predicate<String> token) {
        roles.put(roleArn, new Trust(providerArn, token));
    }

    /// Tokens that have expired.
    public void expired(String... tokens) {
        expired = Set.of(tokens);
    }

    /// Answers everything with this from now on; null ends it.
    public void refuses(@Nullable Refusal with) {
        refusal = with;
    }

    /// The parameters of all that was asked, good or not.
    public List<Map<String, String>> asked() {
        return asked;
    }

    private Answer answer(Request request) {
        Map<String, String> query = request.parameters();
        // Some of the clients put everything into the query.
        Map<String, String> form =
                request.method().equals("GET")
                        ? new TreeMap<>(query)
                        : Request.parameters(new String(request.body(), StandardCharsets.UTF_8));
        if (request.method().equals("GET")) {
            form.keySet().removeAll(COMMON);
            query.keySet().removeAll(FORM);
        }
        asked.add(form);
        Refusal told = refusal;
        Refusal wrong = told == null ? problem(request, query, form) : told;
        return wrong == null ? keys(form) : error(wrong);
    }

    private @Nullable Refusal problem(
            Request request, Map<String, String> query, Map<String, String> parameters) {
        boolean form =
                request.header("content-type").startsWith("application/x-www-form-urlencoded");
        if (!request.path().equals("/")
                || !(request.method().equals("GET") || (request.method().equals("POST") && form))
                || !request.header("authorization").isEmpty()) {
            return new Refusal(400, "InvalidRequest", "not a call of the interface");
        }
        if (!query.keySet().containsAll(ANY) || !COMMON.containsAll(query.keySet())) {
            return new Refusal(400, "MissingParameter", "common parameters are " + query.keySet());
        }
        if (!"AssumeRoleWithOIDC".equals(query.get("Action"))
                || !"2015-04-01".equals(query.get("Version"))
                || !"JSON".equals(query.get("Format"))) {
            return new Refusal(404, "InvalidAction.NotFound", "Specified api is not found.");
        }
        return late(query.getOrDefault("Timestamp", ""))
                ? new Refusal(
                        400,
                        "InvalidTimeStamp.Expired",
                        "Specified time stamp or date value is expired.")
                : ofForm(parameters);
    }

    private static boolean late(String timestamp) {
        try {
            Duration apart = Duration.between(Instant.parse(timestamp), Instant.now());
            return apart.abs().compareTo(Duration.ofMinutes(15)) > 0;
        } catch (DateTimeParseException e) {
            return true;
        }
    }

    private @Nullable Refusal ofForm(Map<String, String> form) {
        if (!FORM.containsAll(form.keySet())) {
            return new Refusal(400, "InvalidParameter", "parameters are " + form.keySet());
        }
        String seconds = form.getOrDefault("DurationSeconds", "3600");
        if (!seconds.matches("[0-9]{3,4}")
                || Integer.parseInt(seconds) < 900
                || Integer.parseInt(seconds) > 3600) {
            return new Refusal(
                    400,
                    "InvalidParameter.DurationSeconds",
                    "The Min/Max value of DurationSeconds is 15min/1hr.");
        }
        if (!form.getOrDefault("RoleSessionName", "").matches("[A-Za-z0-9.@_-]{2,64}")) {
            return new Refusal(
                    400,
                    "InvalidParameter.RoleSessionName",
                    "The parameter RoleSessionName is wrongly formed.");
        }
        Trust trust = roles.get(form.getOrDefault("RoleArn", ""));
        if (trust == null) {
            return new Refusal(404, "EntityNotExist.Role", "The specified Role not exists.");
        }
        if (!trust.provider.equals(form.get("OIDCProviderArn"))) {
            return new Refusal(
                    404, "EntityNotExist.OIDCProvider", "The specified OIDCProvider not exists.");
        }
        String token = form.getOrDefault("OIDCToken", "");
        if (expired.contains(token)) {
            return new Refusal(
                    400, "AuthenticationFail.OIDCToken.Expired", "This OIDC Token is expired.");
        }
        return trust.token.test(token)
                ? null
                : new Refusal(
                        403,
                        "AuthenticationFail.NoPermission",
                        "This operation is forbidden by permission system.");
    }

    private Answer keys(Map<String, String> form) {
        Accounts.Key key = accounts.temporary(form.getOrDefault("RoleArn", ""));
        JsonObject credentials = new JsonObject();
        credentials.addProperty("SecurityToken", key.token());
        credentials.addProperty(
                "Expiration", String.valueOf(expires(key).truncatedTo(ChronoUnit.SECONDS)));
        credentials.addProperty("AccessKeySecret", key.secret());
        credentials.addProperty("AccessKeyId", key.id());
        JsonObject user = new JsonObject();
        user.addProperty("AssumedRoleId", "3300000000:" + form.get("RoleSessionName"));
        user.addProperty("Arn", form.get("RoleArn") + "/" + form.get("RoleSessionName"));
        JsonObject document = new JsonObject();
        document.addProperty("RequestId", "3D57EAD2-8723-1F26-B69C-F8707D8B565D");
        document.add("AssumedRoleUser", user);
        document.add("Credentials", credentials);
        return json(200, document);
    }

    private static Instant expires(Accounts.Key key) {
        Instant expires = key.expires();
        if (expires == null) {
            throw new IllegalStateException("keys of roles expire");
        }
        return expires;
    }

    private static Answer error(Refusal with) {
        JsonObject document = new JsonObject();
        document.addProperty("RequestId", "7FCF5E6B-0AD3-1A5B-9F4D-8F5B1D5C1E5A");
        document.addProperty("HostId", "sts.aliyuncs.com");
        document.addProperty("Code", with.code());
        document.addProperty("Message", with.message());
        document.addProperty("Recommend", "https://api.aliyun.com/troubleshoot?q=" + with.code());
        return json(with.status(), document);
    }

    private static Answer json(int status, JsonObject document) {
        return Answer.of(
                status,
                "application/json;charset=utf-8",
                document.toString().getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void close() {
        server.close();
    }
}
