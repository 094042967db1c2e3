package dev.cistern.populate.source.huggingface;

import dev.cistern.populate.source.ObjectDigest;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.SourceObject;
import dev.cistern.populate.source.rest.ErrorAnswer;
import dev.cistern.populate.source.rest.ObjectHead;
import dev.cistern.populate.source.rest.ObjectProtocol;
import dev.cistern.populate.source.rest.ReadMode;
import dev.cistern.populate.source.rest.Redirect;
import dev.cistern.populate.source.rest.StoreRequest;
import org.jspecify.annotations.Nullable;

/// Asks for files of a commit by their `resolve` URLs. What the Hub says of a large file is in the answer that leads to
/// the content delivery network (`X-Repo-Commit`, `X-Linked-ETag`, `X-Linked-Size`); the network's own `ETag` is
/// something else.
final class HubProtocol implements ObjectProtocol {
    /// The version that an answer of another commit has.
    private static final String OTHER_COMMIT = "commit:";

    private final HubLocation location;
    private final HubCommit commit;
    private final HubErrors errors;
    private final CdnLinks links;

    HubProtocol(HubLocation location, HubCommit commit, HubErrors errors, CdnLinks links) {
        this.location = location;
        this.commit = commit;
        this.errors = errors;
        this.links = links;
    }

    private String path(SourceObject file) {
        String id = commit.known();
        if (id == null) {
            throw new IllegalStateException("nothing was listed yet");
        }
        return location.resolve(id, file.id());
    }

    @Override
    public StoreRequest head(SourceObject file) {
        return StoreRequest.head(path(file)).encoding(ReadMode.IDENTITY).about(file.id());
    }

    /// Never packed, whatever is tried: the Hub packs what it is asked to.
    @Override
    public StoreRequest get(SourceObject file, String range, ReadMode mode) {
        CdnLinks.Link link = links.get(file);
        StoreRequest request =
                link == null
                        ? StoreRequest.get(path(file))
                                .redirects((answer, to) -> redirected(file, answer, to))
                        : StoreRequest.get(link.to().path())
                                .query(link.to().query())
                                .at(link.to().origin());
        return request.about(file.id()).range(range).encoding(ReadMode.IDENTITY);
    }

    /// The Hub leads elsewhere: to a repo's new name or to its own cache, or to the network.
    private void redirected(SourceObject file, ErrorAnswer answer, Redirect to)
            throws SourceException {
        ObjectHead said = new ObjectHead(answer.status(), answer.header());
        String told = version(said);
        String listed = file.version();
        if (told != null && listed != null && !same(told, listed)) {
            throw changed(
                    file, "is listed as " + listed + ", and what the Hub leads to is " + told);
        }
        Long size = linkedSize(said);
        if (size != null && size != file.size()) {
            throw changed(
                    file,
                    "is listed with "
                            + file.size()
                            + " bytes, and what the Hub leads to has "
                            + size);
        }
        if (!to.origin().equals(location.origin())) {
            links.put(file, to);
        }
    }

    private static @Nullable Long linkedSize(ObjectHead said) {
        return new ObjectHead(
                        200,
                        name -> name.equals("content-length") ? said.header("x-linked-size") : null)
                .length();
    }

    private SourceException changed(SourceObject file, String what) {
        return new SourceException.Changed(
                "object " + file.id() + " in " + where() + " " + what, false);
    }

    @Override
    public boolean conditional(SourceObject file) {
        // The commit is in the URL.
        return false;
    }

    @Override
    public @Nullable String version(ObjectHead head) {
        String of = head.header("x-repo-commit");
        return of != null && !of.equals(commit.known())
                ? OTHER_COMMIT + of
                : HubVersion.linked(head.header("x-linked-etag"));
    }

    @Override
    public boolean same(String version, String other) {
        return !version.startsWith(OTHER_COMMIT)
                && !other.startsWith(OTHER_COMMIT)
                && !HubVersion.differ(version, other);
    }

    @Override
    public @Nullable ObjectDigest digest(ObjectHead head, @Nullable String listedVersion) {
        return HubVersion.digest(listedVersion);
    }

    @Override
    public @Nullable ObjectDigest digestOfNothing(@Nullable String version) {
        return HubVersion.digestOfNothing(version);
    }

    @Override
    public String where() {
        return errors.where();
    }

    @Override
    public SourceException of(ErrorAnswer answer, @Nullable String object) {
        return errors.of(answer, object);
    }
}
