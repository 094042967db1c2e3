package dev.cistern.populate.source.rest;

import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.SourceObject;
import dev.cistern.populate.wire.Reason;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Goes through the pages of a listing, whatever the store's way of turning them is, and gives each object once.
///
/// A store that turns in a circle is found by the first new key of each page; one that only gives empty pages by their number. A page
/// that cannot be had leaves everything as it was, so that it can be asked for again.
final class PageWalk {
    /// Empty pages one after the other: a store that skips what was deleted gives some, none gives so many.
    private static final int MOST_EMPTY_PAGES = 1000;

    /// First keys that are remembered, those of pages of 16 million keys: some 3 MiB. A circle that is larger is found where two
    /// keys meet on the volume.
    private static final int MOST_REMEMBERED = 1 << 14;

    private final ListingApi api;
    private final StoreErrors store;
    private final String prefix;
    private final Set<String> firstKeys = new HashSet<>();
    private Set<String> pageBefore = Set.of();
    private @Nullable String next;
    private int emptyPages;

    /// @param from empty to begin; null means that there is nothing to walk through
    PageWalk(ListingApi api, StoreErrors store, String prefix, @Nullable String from) {
        this.api = api;
        this.store = store;
        this.prefix = prefix;
        this.next = from;
    }

    /// What all keys begin with.
    String prefix() {
        return prefix;
    }

    /// Where the walk goes on; null at the end.
    @Nullable String position() {
        return next;
    }

    /// The next page's new objects, which may be none; null at the end.
    ///
    /// @throws SourceException when it cannot be had, or the listing cannot be followed
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

    /// The next page that holds something new; empty at the end.
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
