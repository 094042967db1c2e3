package dev.cistern.populate.source.rest;

import dev.cistern.populate.source.SourceObject;
import java.util.List;

/// A page of a listing.
public interface ListedPage {
    /// The objects, in the store's order.
    List<SourceObject> objects();

    /// How the listing continues.
    ///
    /// @param progress whether the page contains an object that the previous page did not
    PageTurn turn(boolean progress);

    /// A page with a single way to continue.
    static ListedPage of(List<SourceObject> objects, PageTurn turn) {
        return new ListedPage() {
            @Override
            public List<SourceObject> objects() {
                return objects;
            }

            @Override
            public PageTurn turn(boolean progress) {
                return turn;
            }
        };
    }
}
