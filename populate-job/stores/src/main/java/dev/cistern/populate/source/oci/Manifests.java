package dev.cistern.populate.source.oci;

import dev.cistern.populate.digest.DigestKind;
import dev.cistern.populate.http.Body;
import dev.cistern.populate.http.ResponseHead;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.rest.ReadMode;
import dev.cistern.populate.source.rest.StatusErrors;
import dev.cistern.populate.source.rest.StoreRequest;
import dev.cistern.populate.source.rest.StoreSender;
import dev.cistern.populate.wire.Reason;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Resolves a tag or digest to a manifest, through indexes.
///
/// Each document is verified with the digest that leads to it; for a tag, with the digest in the registry's response,
/// if it has one.
final class Manifests {
    /// The limit that registries must support (OCI Distribution Specification, "Pushing Manifests"); hardly any
    /// supports more.
    static final int MAX_BYTES = 4 << 20;

    /// An index of indexes is rare, and no tool creates deeper ones.
    private static final int MAX_DEPTH = 4;

    /// The type of BuildKit's attestations beside each image.
    private static final String ATTESTATION = "vnd.docker.reference.type";

    private final RegistryPlace place;
    private final StoreSender sender;
    private final @Nullable Platform platform;

    /// @param platform to select from an index; null for this host's
    Manifests(RegistryPlace place, StoreSender sender, @Nullable Platform platform) {
        this.place = place;
        this.sender = sender;
        this.platform = platform;
    }

    /// The manifest of a tag or digest.
    ///
    /// @throws SourceException when there is none, or it cannot be used
    Manifest find(String version) throws SourceException {
        ManifestDocument document = document(version, null);
        for (int depth = 1; document.index(); depth++) {
            if (depth > MAX_DEPTH) {
                throw refused(
                        version,
                        "is an index of indexes, more than "
                                + MAX_DEPTH
                                + " deep: name the digest of a manifest");
            }
            Descriptor chosen = chosen(document);
            document = document(chosen.digest().toString(), chosen);
        }
        List<Descriptor> layers = new ArrayList<>(document.entries());
        layers.removeIf(layer -> layer.mediaType().equals(MediaTypes.EMPTY));
        return new Manifest(document.digest(), layers);
    }

    private Descriptor chosen(ManifestDocument index) throws SourceException {
        List<Descriptor> images = new ArrayList<>();
        for (Descriptor entry : index.entries()) {
            boolean attestation =
                    entry.annotation(ATTESTATION) != null
                            || (entry.platform() != null
                                    && entry.platform().os().equals("unknown"));
            if (!attestation) {
                images.add(entry);
            }
        }
        boolean forAny = images.stream().allMatch(entry -> entry.platform() == null);
        if (forAny && images.size() == 1 && platform == null) {
            return images.getFirst();
        }
        Platform wanted = platform == null ? Platform.here() : platform;
        Descriptor found = null;
        for (Descriptor entry : images) {
            Platform its = entry.platform();
            if (its != null && wanted.takes(its) && (found == null || better(its, found))) {
                found = entry;
            }
        }
        if (found != null) {
            return found;
        }
        String offered =
                images.stream()
                        .map(
                                entry ->
                                        entry.platform() == null
                                                ? entry.digest().toString()
                                                : entry.platform().toString())
                        .distinct()
                        .limit(20)
                        .collect(Collectors.joining(", "));
        throw refused(
                place.version(),
                "has nothing for "
                        + wanted
                        + "; it has "
                        + (offered.isEmpty() ? "no image at all" : offered)
                        + ": set oci.platform (--platform), or name a digest");
    }

    private static boolean better(Platform its, Descriptor found) {
        Platform before = found.platform();
        return before != null && its.plain() && !before.plain();
    }

    /// Requests a document; retries once when it does not match its digest.
    ///
    /// @param by its descriptor; null where it comes from the specification
    private ManifestDocument document(String version, @Nullable Descriptor by)
            throws SourceException {
        Fetched fetched = fetch(version);
        String wrong = fetched.wrong(version, by);
        if (wrong != null) {
            fetched = fetch(version);
            wrong = fetched.wrong(version, by);
        }
        if (wrong != null) {
            throw StatusErrors.refused(
                    Reason.DIGEST_MISMATCH,
                    "the manifest "
                            + version
                            + " of "
                            + place
                            + " "
                            + wrong
                            + ", twice: the registry, or a cache before it, sends something else");
        }
        try {
            return ManifestDocument.parse(fetched.bytes, fetched.digest(version), fetched.type);
        } catch (IllegalArgumentException e) {
            throw refused(version, String.valueOf(e.getMessage()));
        }
    }

    /// A received document.
    ///
    /// @param type the response's media type
    /// @param told the response's digest header; null where it has none
    private record Fetched(byte[] bytes, String type, @Nullable ContentDigest told) {
        /// With the algorithm of the requested digest, else SHA-256.
        ContentDigest digest(String version) {
            ContentDigest asked = ContentDigest.of(version);
            return asked == null ? ContentDigest.of(DigestKind.SHA256, bytes) : asked.sameOf(bytes);
        }

        /// How the document differs from its digest or size; null when it does not.
        @Nullable String wrong(String version, @Nullable Descriptor by) {
            ContentDigest asked = ContentDigest.of(version);
            if (by != null && by.size() != bytes.length) {
                return "has " + bytes.length + " bytes, and the index says " + by.size();
            }
            if (asked != null) {
                ContentDigest actual = asked.sameOf(bytes);
                return actual.equals(asked) ? null : "came with the digest " + actual;
            }
            if (told == null || told.sameOf(bytes).equals(told)) {
                return null;
            }
            return "came with the digest "
                    + told.sameOf(bytes)
                    + ", and Docker-Content-Digest says "
                    + told;
        }
    }

    private Fetched fetch(String version) throws SourceException {
        StoreRequest request =
                StoreRequest.get(place.manifest(version))
                        .header("accept", MediaTypes.ACCEPTED)
                        .encoding(ReadMode.IDENTITY);
        try {
            return sender.send(
                    request,
                    (head, body) -> {
                        if (head.status() != 200) {
                            throw StatusErrors.garbled(
                                    place.toString(), version, "status " + head.status());
                        }
                        return new Fetched(
                                bytes(head, body),
                                MediaTypes.bare(orEmpty(head.header("content-type"))),
                                ContentDigest.of(head.header("docker-content-digest")));
                    });
        } catch (TooLong e) {
            throw refused(
                    version,
                    "has a manifest of more than "
                            + MAX_BYTES
                            + " bytes, which is what registries and clients take");
        } catch (IOException e) {
            throw new IllegalStateException("nothing but the transport does I/O here", e);
        }
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }

    /// A document is longer than the limit.
    private static final class TooLong extends IOException {
        private static final long serialVersionUID = 1L;
    }

    private static byte[] bytes(ResponseHead head, Body body) throws IOException {
        if (head.contentLength() > MAX_BYTES) {
            throw new TooLong();
        }
        ByteArrayOutputStream all = new ByteArrayOutputStream(16 * 1024);
        body.transferTo(
                piece -> {
                    if (all.size() + piece.remaining() > MAX_BYTES) {
                        throw new TooLong();
                    }
                    byte[] bytes = new byte[piece.remaining()];
                    piece.get(bytes);
                    all.write(bytes, 0, bytes.length);
                });
        return all.toByteArray();
    }

    private SourceException refused(String version, String problem) {
        return StatusErrors.refused(
                Reason.INVALID_CONFIGURATION, version + " of " + place + " " + problem);
    }
}
