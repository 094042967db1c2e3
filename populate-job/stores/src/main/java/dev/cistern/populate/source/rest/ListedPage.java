package dev.cistern.populate.source.rest;

import dev.cistern.populate.source.SourceObject;
import java.util.List;

/// One page of a listing.
public interface ListedPage {
    /// In the store's order.
    List<SourceObject> objects();

    /// What follows.
    ///
    /// @param progress whether the page holds an object that the page before it did not
    PageTurn turn(boolean progress);

    /// A page after which things go on in one way alone.
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
