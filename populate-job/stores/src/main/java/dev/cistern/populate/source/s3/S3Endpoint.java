package dev.cistern.populate.source.s3;

import dev.cistern.populate.http.Origin;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.rest.ErrorAnswer;
import dev.cistern.populate.source.rest.HttpDates;
import dev.cistern.populate.source.rest.RedirectRule;
import dev.cistern.populate.source.rest.RequestSigner;
import dev.cistern.populate.source.rest.StoreEndpoint;
import dev.cistern.populate.source.rest.XmlReader;
import org.jspecify.annotations.Nullable;

/// Location of a bucket and its keys; both are corrected by responses.
final class S3Endpoint implements StoreEndpoint {
    private final AwsKeys.Provider keys;
    private final @Nullable CustomerKey customerKey;

    /// Current destination; changes to the bucket's actual region.
    private volatile Home home;

    private volatile @Nullable AwsSigner signer;

    /// The signer of the last request that the store accepted.
    private volatile @Nullable RequestSigner accepted;

    private record Home(S3Location location, Origin origin, SigV4 signature) {
        static Home of(S3Location location) {
            return new Home(location, location.origin(), new SigV4(location.region()));
        }
    }

    /// @param customerKey that requests for objects carry; null for none
    S3Endpoint(S3Location location, AwsKeys.Provider keys, @Nullable CustomerKey customerKey) {
        this.home = Home.of(location);
        this.keys = keys;
        this.customerKey = customerKey;
    }

    /// The bucket's location, as far as known.
    S3Location location() {
        return home.location;
    }

    @Override
    public Origin origin() {
        return home.origin;
    }

    @Override
    public @Nullable RequestSigner signer() throws SourceException {
        return signer(keys.keys());
    }

    private @Nullable RequestSigner signer(@Nullable AwsKeys now) {
        if (now == null) {
            return null;
        }
        SigV4 signature = home.signature;
        AwsSigner known = signer;
        if (known == null || !known.signsWith(signature, now)) {
            known = new AwsSigner(signature, now, customerKey);
            signer = known;
        }
        return known;
    }

    /// The answer to a `HEAD` has no code to tell; looking for other keys costs little.
    @Override
    public boolean refusedCredentials(ErrorAnswer answer) {
        return S3Errors.aboutKeys(answer);
    }

    @Override
    public @Nullable RequestSigner renewed(RequestSigner refused) throws SourceException {
        return refused instanceof AwsSigner ours ? signer(keys.insteadOf(ours.keys())) : signer();
    }

    @Override
    public void accepted(RequestSigner signed) {
        if (accepted != signed) {
            accepted = signed;
        }
    }

    /// Whether the store has accepted the keys that requests are signed with now.
    boolean hasAcceptedKeys() {
        AwsSigner now = signer;
        return now != null && now.equals(accepted);
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
        S3Location moved = inRegionOf(S3Errors.ErrorDetails.of(answer), home.location);
        if (moved == null) {
            return false;
        }
        home = Home.of(moved);
        return true;
    }

    /// The bucket in the region that a response names; null when it names no other.
    private static @Nullable S3Location inRegionOf(S3Errors.ErrorDetails details, S3Location old) {
        String region = details.bucketRegion();
        boolean aboutRegion =
                details.status() == 301 || details.status() == 307 || details.status() == 400;
        if (!aboutRegion
                || region == null
                || !region.matches("[a-z0-9-]{1,63}")
                || region.equals(old.region())) {
            return null;
        }
        try {
            return old.in(region);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /// A signed request contains a session token, and an unsigned one would be rejected.
    @Override
    public RedirectRule redirected(Origin to) {
        S3Location location = home.location;
        AwsEndpoint provider = location.provider();
        boolean leavesFips = provider != null && provider.fips() && !AwsEndpoint.isFips(to.host());
        return !leavesFips && mayCarrySignature(location.endpoint(), to)
                ? RedirectRule.SIGNED
                : RedirectRule.REFUSED;
    }

    /// Whether `to` is the endpoint's own host or in the same domain. AWS also redirects to S3's endpoint in another
    /// region: a new bucket's name may resolve to a wrong region for some hours.
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
                || (AwsEndpoint.isOfAws(host) && AwsEndpoint.isOfAws(to.host()));
    }

    @Override
    public void close() {
        keys.close();
    }
}
