package dev.cistern.populate.source.s3;

import dev.cistern.populate.source.SourceObject;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/// Decides how a listing goes on after a page.
///
/// A page that may not be the last one is never taken for it: too few requests lose data, one too many costs a round trip. So
/// whatever speaks for another page is followed, in the order of trust: a token, a marker, the last key by `start-after`, the last key
/// by `marker`. What says neither that it ends nor how to go on is a broken listing.
sealed interface PageTurn {
    /// Ask for the page there.
    record GoOn(ListPosition position) implements PageTurn {}

    /// The listing is whole.
    record End() implements PageTurn {}

    /// The listing cannot be followed to its end.
    ///
    /// @param problem what the store answers, for people
    record Broken(String problem) implements PageTurn {}

    /// @param asked for what the page is the answer
    /// @param page the answer
    /// @param progress whether it holds a key that the page before it did not
    static PageTurn of(ListPosition asked, S3Api.Page page, boolean progress) {
        PageEnd end = page.end();
        boolean denied = Boolean.FALSE.equals(end.truncated());
        boolean claimed = Boolean.TRUE.equals(end.truncated());
        boolean repeats = !page.objects().isEmpty() && !progress;
        if (denied && !progress) {
            return new End();
        }
        if (!end.token().isEmpty()) {
            ListPosition next = new ListPosition.Token(end.token());
            return turn(asked, next, denied, repeats);
        }
        if (!end.nextMarker().isEmpty()) {
            return turn(asked, new ListPosition.Marker(end.nextMarker()), denied, repeats);
        }
        if (denied || (page.objects().isEmpty() && !claimed)) {
            return new End();
        }
        return afterLastKey(asked, page, progress, claimed);
    }

    private static PageTurn turn(
            ListPosition asked, ListPosition next, boolean denied, boolean repeats) {
        if (next.equals(asked)) {
            // An echo, where nothing is to follow.
            return denied ? new End() : new Broken("a page leads to itself");
        }
        return repeats ? new Broken("a page came twice") : new GoOn(next);
    }

    private static PageTurn afterLastKey(
            ListPosition asked, S3Api.Page page, boolean progress, boolean claimed) {
        if (!progress) {
            return switch (asked) {
                case ListPosition.After after -> new GoOn(new ListPosition.Marker(after.key()));
                case ListPosition.Start start ->
                        new Broken(
                                "an empty page is marked as truncated, without a token to"
                                        + " continue");
                case ListPosition.Token token ->
                        new Broken("a page without new keys is marked as truncated");
                case ListPosition.Marker marker ->
                        claimed || page.objects().size() >= S3Api.PAGE_SIZE
                                ? new Broken(
                                        "the store ignores continuation tokens, start-after and"
                                                + " marker")
                                : new End();
            };
        }
        if (!inOrder(page.objects())) {
            return claimed || page.objects().size() >= S3Api.PAGE_SIZE
                    ? new Broken("a page is not sorted and has no continuation token")
                    : new End();
        }
        String last = page.objects().getLast().key();
        return new GoOn(
                page.end().older() || asked instanceof ListPosition.Marker
                        ? new ListPosition.Marker(last)
                        : new ListPosition.After(last));
    }

    /// Whether the last key is the greatest, as bytes or as UTF-16: stores sort in either order.
    private static boolean inOrder(List<SourceObject> objects) {
        boolean asBytes = true;
        boolean asUtf16 = true;
        for (int i = 1; i < objects.size(); i++) {
            String before = objects.get(i - 1).key();
            String key = objects.get(i).key();
            asUtf16 &= before.compareTo(key) <= 0;
            asBytes &=
                    Arrays.compareUnsigned(
                                    before.getBytes(StandardCharsets.UTF_8),
                                    key.getBytes(StandardCharsets.UTF_8))
                            <= 0;
        }
        return asBytes || asUtf16;
    }
}
