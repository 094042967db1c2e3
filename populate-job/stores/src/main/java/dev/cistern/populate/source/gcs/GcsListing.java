package dev.cistern.populate.source.gcs;

import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.SourceObject;
import dev.cistern.populate.source.rest.HttpDates;
import dev.cistern.populate.source.rest.Json;
import dev.cistern.populate.source.rest.ListedPage;
import dev.cistern.populate.source.rest.ListingApi;
import dev.cistern.populate.source.rest.PageTurn;
import dev.cistern.populate.source.rest.StatusErrors;
import dev.cistern.populate.source.rest.StoreSender;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Lists a bucket. An empty page may be followed by others: only a missing token ends a listing.
final class GcsListing implements ListingApi {
    /// A page of 1000 names of 1 KiB, each byte escaped sixfold, with 1 KiB around each.
    private static final int MAX_PAGE_BYTES = 8 << 20;

    private final StoreSender sender;
    private final GcsProtocol protocol;

    GcsListing(StoreSender sender, GcsProtocol protocol) {
        this.sender = sender;
        this.protocol = protocol;
    }

    @Override
    public ListedPage list(String prefix, String position) throws SourceException {
        Json page = json(sender.document(protocol.list(prefix, position), MAX_PAGE_BYTES), null);
        List<Json> items = page.get("items").items();
        List<SourceObject> objects = new ArrayList<>(items.size());
        for (Json item : items) {
            objects.add(object(item));
        }
        return ListedPage.of(objects, PageTurn.byToken(page.get("nextPageToken").text()));
    }

    private SourceObject object(Json item) throws SourceException {
        String name = item.get("name").text();
        Long size = item.get("size").number();
        if (name == null || size == null) {
            throw StatusErrors.garbled(
                    protocol.where(), name, "an object is listed without its name or its size");
        }
        String generation = item.get("generation").text();
        return new SourceObject(
                name,
                size,
                generation == null
                        ? null
                        : new GcsVersion(generation, item.get("crc32c").text()).toString(),
                // Creation time of the content: `updated` also changes with the metadata.
                HttpDates.millis(item.get("timeCreated").text()));
    }

    private Json json(byte[] document, @Nullable String object) throws SourceException {
        return parse(document, protocol.where(), object);
    }

    static Json parse(byte[] document, String where, @Nullable String object)
            throws SourceException {
        try {
            return Json.parse(document);
        } catch (IllegalArgumentException e) {
            throw StatusErrors.garbled(where, object, String.valueOf(e.getMessage()));
        }
    }
}
