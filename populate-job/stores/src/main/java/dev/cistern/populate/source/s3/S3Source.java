package dev.cistern.populate.source.s3;

import dev.cistern.populate.source.ObjectDigest;
import dev.cistern.populate.source.Source;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.SourceObject;
import dev.cistern.populate.source.rest.ListedPage;
import dev.cistern.populate.source.rest.ListingApi;
import dev.cistern.populate.source.rest.ObjectReader;
import dev.cistern.populate.source.rest.PageTurn;
import dev.cistern.populate.source.rest.RestSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Creates a [RestSource] for a bucket.
public final class S3Source {
    private S3Source() {}

    /// A source of a bucket.
    ///
    /// @param prefix as for [RestSource]
    /// @param api closed with the source
    public static Source of(S3Location location, String prefix, S3Api api) {
        S3Protocol protocol = new S3Protocol(() -> location);
        String identity = location.endpoint() + location.basePath() + "/" + location.bucket();
        return new RestSource(
                new RestSource.Store(protocol, identity, location.endpoint().secure(), api::close),
                prefix,
                listing(api),
                new ObjectReader(
                        api, protocol, (digest, object) -> withParts(api, digest, object)));
    }

    private static ListingApi listing(S3Api api) {
        return (prefix, position) -> {
            ListPosition asked = ListPosition.parse(position);
            return new Page(asked, api.list(prefix, asked));
        };
    }

    private record Page(ListPosition asked, S3Api.Page page) implements ListedPage {
        @Override
        public List<SourceObject> objects() {
            return page.objects();
        }

        @Override
        public PageTurn turn(boolean progress) {
            return S3PageTurn.of(asked, page, progress);
        }
    }

    /// The digest with the size of its parts, which requires further requests; null when it is unknown, or the parts
    /// have different sizes.
    private static @Nullable ObjectDigest withParts(
            S3Api api, ObjectDigest digest, SourceObject object) throws SourceException {
        int parts = digest.parts();
        if (parts <= 1) {
            return parts == 0 ? digest : digest.withPartSize(object.size());
        }
        Long first = part(api, object, 1);
        if (first == null || first == 0 || first > (object.size() - 1) / (parts - 1)) {
            return null;
        }
        Long last = part(api, object, parts);
        return last != null && last != object.size() - first * (parts - 1)
                ? null
                : digest.withPartSize(first);
    }

    /// The size of a part; null where the store does not say.
    private static @Nullable Long part(S3Api api, SourceObject object, int part)
            throws SourceException {
        try {
            return api.part(object, part).length();
        } catch (SourceException.Refused e) {
            return null;
        }
    }
}
