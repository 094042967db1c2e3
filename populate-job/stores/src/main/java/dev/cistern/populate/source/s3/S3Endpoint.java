package dev.cistern.populate.source.s3;

import dev.cistern.populate.http.Origin;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.rest.ErrorAnswer;
import dev.cistern.populate.source.rest.HttpDates;
import dev.cistern.populate.source.rest.RedirectRule;
import dev.cistern.populate.source.rest.RequestSigner;
import dev.cistern.populate.source.rest.StoreEndpoint;
import dev.cistern.populate.source.rest.XmlReader;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Where a bucket is and which keys open it: both are corrected by what answers say.
final class S3Endpoint implements StoreEndpoint {
    /// How the names of S3's own endpoints end, but none of a customer's machines or load balancers in the same domain.
    private static final Pattern S3_OF_AWS =
            Pattern.compile(
                    "(^|\\.)s3([.-]dualstack)?([.-][a-z]{2}(-[a-z]+)+-[0-9])?\\.amazonaws\\.com(\\.cn)?$");

    private final AwsKeys.Provider keys;

    /// Where requests go now; the bucket's real region moves it.
    private volatile Home home;

    private volatile @Nullable AwsSigner signer;

    private record Home(S3Location location, Origin origin, SigV4 signature) {
        static Home of(S3Location location) {
            return new Home(location, location.origin(), new SigV4(location.region()));
        }
    }

    S3Endpoint(S3Location location, AwsKeys.Provider keys) {
        this.home = Home.of(location);
        this.keys = keys;
    }

    /// Where the bucket is, as far as is known now.
    S3Location location() {
        return home.location;
    }

    @Override
    public Origin origin() {
        return home.origin;
    }

    @Override
    public @Nullable RequestSigner signer() throws SourceException {
        AwsKeys now = keys.keys();
        if (now == null) {
            return null;
        }
        SigV4 signature = home.signature;
        AwsSigner known = signer;
        if (known == null || !known.signsWith(signature, now)) {
            known = new AwsSigner(signature, now);
            signer = known;
        }
        return known;
    }

    @Override
    public boolean refusedCredentials(ErrorAnswer answer) {
        return S3Errors.expired(answer);
    }

    @Override
    public boolean refusedTime(ErrorAnswer answer) {
        return S3Errors.aboutTime(answer);
    }

    @Override
    public long storeMillis(ErrorAnswer answer) {
        long date = answer.dateMillis();
        return date != 0
                ? date
                : HttpDates.millis(XmlReader.element(answer.document(), "ServerTime"));
    }

    @Override
    public boolean moved(ErrorAnswer answer) {
        S3Location moved = inRegionOf(S3Errors.Told.of(answer), home.location);
        if (moved == null) {
            return false;
        }
        home = Home.of(moved);
        return true;
    }

    /// The bucket in the region that an answer names; null when it names no other.
    private static @Nullable S3Location inRegionOf(S3Errors.Told told, S3Location old) {
        String region = told.bucketRegion();
        boolean aboutRegion = told.status() == 301 || told.status() == 307 || told.status() == 400;
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

    /// A signed request carries a session token, and one that is not signed would be refused.
    @Override
    public RedirectRule redirected(Origin to) {
        return mayCarrySignature(home.location.endpoint(), to)
                ? RedirectRule.SIGNED
                : RedirectRule.REFUSED;
    }

    /// Whether `to` is the endpoint's own host, or in the same domain. AWS redirects to S3's endpoint in another region, too: a new
    /// bucket's name may lead to a region that does not hold it for some hours.
    static boolean mayCarrySignature(Origin endpoint, Origin to) {
        String host = endpoint.host();
        if (to.host().equals(host)) {
            return true;
        }
        int dot = host.indexOf('.');
        String domain =
                dot >= 0 && host.indexOf('.', dot + 1) >= 0 ? host.substring(dot) : "." + host;
        boolean address =
                host.indexOf(':') >= 0
                        || host.chars().allMatch(c -> c == '.' || (c >= '0' && c <= '9'));
        return (!address && (to.host().endsWith("." + host) || to.host().endsWith(domain)))
                || (S3_OF_AWS.matcher(host).find() && S3_OF_AWS.matcher(to.host()).find());
    }

    @Override
    public void close() {
        keys.close();
    }
}
