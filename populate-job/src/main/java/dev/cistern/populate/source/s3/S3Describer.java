package dev.cistern.populate.source.s3;

import dev.cistern.populate.source.ObjectDetails;
import dev.cistern.populate.source.ObjectDigest;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.SourceObject;
import org.jspecify.annotations.Nullable;

/// Asks what a store knows about an object, and puts it together with what was listed.
///
/// Stores leave `Content-Length`, `ETag` and dates out of answers to `HEAD`, or write zero: while the ETag is the one that was listed, the
/// listing's size holds; else the answer to a request for the first byte tells it.
final class S3Describer {
    private final S3Location location;
    private final S3Api api;

    S3Describer(S3Location location, S3Api api) {
        this.location = location;
        this.api = api;
    }

    ObjectDetails describe(SourceObject listed) throws SourceException {
        if (listed.size() == 0) {
            return S3Digests.isOfNothing(listed.version())
                    ? new ObjectDetails(listed, S3Digests.ofNothing())
                    : ofFirstByte(listed, api.first(listed.key()));
        }
        S3Head said = head(listed);
        Long size = said.size();
        if ((size != null && size == listed.size())
                || ETag.same(said.tag(), ETag.of(listed.version()))) {
            return details(listed, listed.size(), said);
        }
        S3Head first = api.first(listed.key());
        if (first.size() == null && size != null && size > 0) {
            return details(listed, size, said);
        }
        if (ETag.differ(first.tag(), said.tag())) {
            // It changed between the two answers.
            return ofFirstByte(listed, first);
        }
        return details(listed, sizeOf(listed, first), said);
    }

    /// An object that no listing has shown; null when there is none.
    @Nullable SourceObject find(String key) throws SourceException {
        SourceObject unknown = new SourceObject(key, 0, null, 0);
        try {
            S3Head said = head(unknown);
            Long size = said.size();
            if (size == null || size == 0) {
                // Not said, or not to be believed.
                said = api.first(key);
                size = sizeOf(unknown, said);
            }
            Long modified = said.modifiedMillis();
            String version = said.header().apply("etag");
            return new SourceObject(key, size, version, modified == null ? 0 : modified);
        } catch (SourceException.Changed e) {
            if (e.gone()) {
                return null;
            }
            throw e;
        }
    }

    /// Gateways that only read may know no HEAD. And who is refused one is not told why, such as that the keys have expired: the answer
    /// to a GET has a code for it.
    private S3Head head(SourceObject listed) throws SourceException {
        try {
            return api.head(listed.key(), 0);
        } catch (SourceException.Refused e) {
            return api.first(listed.key());
        }
    }

    /// What the answer to a request for the first byte says, and nothing else.
    private ObjectDetails ofFirstByte(SourceObject listed, S3Head first) throws SourceException {
        return details(listed, sizeOf(listed, first), first);
    }

    private long sizeOf(SourceObject listed, S3Head first) throws SourceException {
        Long size = first.size();
        if (size != null) {
            return size;
        }
        if (listed.size() == 0 && first.status() == 416) {
            // There is no first byte. Some stores leave Content-Range out of this answer.
            return 0;
        }
        if (listed.size() > 0 && !ETag.differ(first.tag(), ETag.of(listed.version()))) {
            return listed.size();
        }
        throw S3Errors.garbled(location, listed.key(), "it does not say how large the object is");
    }

    private ObjectDetails details(SourceObject listed, long size, S3Head said)
            throws SourceException {
        ETag before = ETag.of(listed.version());
        boolean changed = ETag.differ(said.tag(), before);
        String tag = said.header().apply("etag");
        Long modified = changed ? said.modifiedMillis() : null;
        SourceObject now =
                new SourceObject(
                        listed.key(),
                        size,
                        changed || before == null ? tag : listed.version(),
                        // Listings may carry finer times than headers; the content is the same.
                        modified == null ? listed.modifiedMillis() : modified);
        ObjectDigest digest = S3Digests.of(said.header(), now.version());
        return new ObjectDetails(now, digest == null ? null : withParts(digest, now));
    }

    /// The digest with the size of the parts that it is made of, which only further requests tell; null when they do not, or the parts
    /// are not of one size.
    private @Nullable ObjectDigest withParts(ObjectDigest digest, SourceObject object)
            throws SourceException {
        int parts = digest.parts();
        if (parts <= 1) {
            return parts == 0 ? digest : digest.withPartSize(object.size());
        }
        Long first = part(object, 1);
        if (first == null || first == 0 || first > (object.size() - 1) / (parts - 1)) {
            return null;
        }
        Long last = part(object, parts);
        return last != null && last != object.size() - first * (parts - 1)
                ? null
                : digest.withPartSize(first);
    }

    /// The size of a part; null where the store does not tell it.
    private @Nullable Long part(SourceObject object, int part) throws SourceException {
        try {
            return api.head(object.key(), part).length();
        } catch (SourceException.Refused e) {
            return null;
        }
    }
}
