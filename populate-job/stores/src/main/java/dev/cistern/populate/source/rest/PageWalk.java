package dev.cistern.populate.source.rest;

import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.SourceObject;
import dev.cistern.populate.wire.Reason;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Iterates over the pages of a listing, independent of the store's way of continuation, and returns each object once.
///
/// A listing that loops is detected by the first new key of each page; one that returns only empty pages by their
/// number. A failed page leaves the state unchanged, so that it can be requested again.
final class PageWalk {
    /// Maximum number of consecutive empty pages: a store that skips deleted objects returns some, but not this many.
    private static final int MOST_EMPTY_PAGES = 1000;

    /// Maximum number of remembered first keys, for 16 million objects: some 3 MiB. A longer loop is detected when two
    /// keys map to one path.
    private static final int MOST_REMEMBERED = 1 << 14;

    private final ListingApi api;
    private final StoreErrors store;
    private final String prefix;
    private final Set<String> firstKeys = new HashSet<>();
    private Set<String> pageBefore = Set.of();
    private @Nullable String next;
    private int emptyPages;

    /// @param from empty to start; null for an empty listing
    PageWalk(ListingApi api, StoreErrors store, String prefix, @Nullable String from) {
        this.api = api;
        this.store = store;
        this.prefix = prefix;
        this.next = from;
    }

    /// Common prefix of all keys.
    String prefix() {
        return prefix;
    }

    /// Position of the next page; null at the end.
    @Nullable String position() {
        return next;
    }

    /// The new objects of the next page, possibly none; null at the end.
    ///
    /// @throws SourceException when the request fails, or the listing cannot be completed
    @Nullable List<SourceObject> next() throws SourceException {
        String asked = next;
        if (asked == null) {
            return null;
        }
        ListedPage page = api.list(prefix, asked);
        Set<String> keys = HashSet.newHashSet(page.objects().size());
        List<SourceObject> fresh = new ArrayList<>(page.objects().size());
        for (SourceObject object : page.objects()) {
            if (!object.id().startsWith(prefix)) {
                throw broken("key " + object.id() + " is not below the prefix");
            }
            if (keys.add(object.id()) && !pageBefore.contains(object.id())) {
                fresh.add(object);
            }
        }
        String then =
                switch (page.turn(!fresh.isEmpty())) {
                    case PageTurn.GoOn on -> on.position();
                    case PageTurn.End end -> null;
                    case PageTurn.Broken broken -> throw broken(broken.problem());
                };
        count(fresh, then);
        if (!keys.isEmpty()) {
            pageBefore = keys;
        }
        next = then;
        return fresh;
    }

    private void count(List<SourceObject> fresh, @Nullable String then) throws SourceException {
        if (!fresh.isEmpty()) {
            emptyPages = 0;
            if (firstKeys.size() < MOST_REMEMBERED && !firstKeys.add(fresh.getFirst().id())) {
                throw broken("a page came twice");
            }
        } else if (then != null && ++emptyPages > MOST_EMPTY_PAGES) {
            throw broken("more than " + MOST_EMPTY_PAGES + " pages without a new key");
        }
    }

    /// The next page with new objects; empty at the end.
    List<SourceObject> nextFilled() throws SourceException {
        while (true) {
            List<SourceObject> page = next();
            if (page == null) {
                return List.of();
            }
            if (!page.isEmpty()) {
                return page;
            }
        }
    }

    private SourceException broken(String problem) {
        return StatusErrors.refused(
                Reason.LISTING_INCOMPLETE,
                "the listing of "
                        + (prefix.isEmpty() ? "" : "\"" + prefix + "\" in ")
                        + store.where()
                        + " cannot be followed to its end: "
                        + problem
                        + "; the store, or a proxy in front of it, does not list as its protocol"
                        + " says");
    }
}
