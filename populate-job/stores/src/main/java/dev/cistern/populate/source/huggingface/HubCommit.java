package dev.cistern.populate.source.huggingface;

import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.rest.StatusErrors;
import dev.cistern.populate.source.rest.StoreRequest;
import dev.cistern.populate.source.rest.StoreSender;
import dev.cistern.populate.wire.HuggingFacePath;
import dev.cistern.populate.wire.HuggingFaceSpec;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// The commit that is read: what the revision is when it is first asked for, or was when an earlier attempt of the run
/// asked.
final class HubCommit {
    /// A mirror that does not know that the commit alone is asked for sends the names of all files along: 300,000 of
    /// usual ones.
    private static final int MAX_ANSWER_BYTES = 32 << 20;

    private static final String DEFAULT_REVISION = "main";

    private final StoreSender sender;
    private final HubLocation location;
    private volatile @Nullable String commit;

    /// @param pinned by an earlier attempt; null where there was none
    HubCommit(StoreSender sender, HubLocation location, @Nullable String pinned) {
        this.sender = sender;
        this.location = location;
        String revision = location.place().revision();
        String named = revision == null ? "" : revision.toLowerCase(Locale.ROOT);
        this.commit = pinned != null ? pinned : HuggingFaceSpec.isCommit(named) ? named : null;
    }

    /// The commit's id; null before it was asked for.
    @Nullable String known() {
        return commit;
    }

    /// The commit's id, asked for where it is not known.
    String id() throws SourceException {
        String known = commit;
        if (known == null) {
            known = asked();
            commit = known;
        }
        return known;
    }

    private String asked() throws SourceException {
        String revision = location.place().revision();
        byte[] answer =
                sender.document(
                        StoreRequest.get(
                                        location.revision(
                                                revision == null ? DEFAULT_REVISION : revision))
                                .query(
                                        location.place().kind() == HuggingFacePath.Kind.KERNEL
                                                ? ""
                                                : "expand=sha"),
                        MAX_ANSWER_BYTES);
        String sha = HubListing.parse(answer, location.toString()).get("sha").text("");
        if (!HuggingFaceSpec.isCommit(sha)) {
            throw StatusErrors.garbled(
                    location.toString(), null, "it does not say which commit the revision is");
        }
        return sha;
    }
}
