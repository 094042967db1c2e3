package dev.cistern.populate.source.http;

import dev.cistern.populate.digest.DigestKind;
import dev.cistern.populate.http.Origin;
import dev.cistern.populate.source.ObjectDigest;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.SourceObject;
import dev.cistern.populate.source.rest.ErrorAnswer;
import dev.cistern.populate.source.rest.ObjectHead;
import dev.cistern.populate.source.rest.ObjectProtocol;
import dev.cistern.populate.source.rest.ReadMode;
import dev.cistern.populate.source.rest.StatusErrors;
import dev.cistern.populate.source.rest.StoreRequest;
import dev.cistern.populate.wire.Reason;
import org.jspecify.annotations.Nullable;

/// Requests for files, and the meaning of responses.
final class FileProtocol implements ObjectProtocol {
    private static final StatusErrors.Hints HINTS =
            new StatusErrors.Hints(
                    "check auth, http.headers and the Secrets that they name",
                    "check endpoint and path",
                    "check that they may read it, or give others in auth");

    private static final String SHA256_OF_NOTHING =
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    private final HttpPlace place;
    private final FileIds ids;

    FileProtocol(HttpPlace place) {
        this.place = place;
        this.ids = new FileIds(place);
    }

    /// The id of the object at a URL.
    ///
    /// @throws IllegalArgumentException when there are too many URLs with a query
    String id(FileUrl url) {
        return ids.id(url);
    }

    /// The URL of an object.
    FileUrl url(SourceObject object) {
        return ids.url(object.id());
    }

    @Override
    public String where() {
        return place.toString();
    }

    /// Adds a file's location to a request.
    private StoreRequest to(StoreRequest request, FileUrl url, SourceObject object) {
        StoreRequest asked =
                request.query(url.query()).encoding(ReadMode.IDENTITY).about(object.id());
        return url.origin().equals(place.origin()) ? asked : asked.at(url.origin());
    }

    @Override
    public StoreRequest head(SourceObject object) {
        FileUrl url = url(object);
        return to(StoreRequest.head(url.path()), url, object);
    }

    @Override
    public StoreRequest get(SourceObject object, String range, ReadMode mode) {
        FileUrl url = url(object);
        StoreRequest request =
                to(StoreRequest.get(url.path()), url, object)
                        .encoding(mode.encoding())
                        .range(range);
        return range.isEmpty() || !mode.conditional()
                ? request
                : request.header("if-range", FileVersion.of(object.version()).ifRange());
    }

    @Override
    public boolean conditional(SourceObject object) {
        // If-Range needs no fallback: servers without support ignore it.
        return false;
    }

    @Override
    public @Nullable String version(ObjectHead head) {
        return FileVersion.of(head).text();
    }

    @Override
    public boolean same(String version, String other) {
        return !FileVersion.of(version).contradicts(FileVersion.of(other));
    }

    @Override
    public @Nullable ObjectDigest digest(ObjectHead head, @Nullable String listedVersion) {
        String sha256 = FileVersion.of(listedVersion).sha256();
        return sha256 == null
                ? FileDigests.of(head)
                : ObjectDigest.whole(DigestKind.SHA256, sha256);
    }

    @Override
    public @Nullable ObjectDigest digestOfNothing(@Nullable String version) {
        return SHA256_OF_NOTHING.equals(FileVersion.of(version).sha256())
                ? ObjectDigest.whole(DigestKind.SHA256, SHA256_OF_NOTHING)
                : null;
    }

    @Override
    public SourceException of(ErrorAnswer answer, @Nullable String object) {
        String location = answer.header().apply("location");
        if (answer.status() < 400 && location != null) {
            return StatusErrors.refused(
                    Reason.INVALID_CONFIGURATION,
                    StatusErrors.subject(where(), object)
                            + " redirects to "
                            + Origin.shown(location)
                            + ", which is not followed: too many redirects, or from https to http");
        }
        return StatusErrors.of(answer, "HTTP " + answer.status(), where(), object, HINTS);
    }
}
