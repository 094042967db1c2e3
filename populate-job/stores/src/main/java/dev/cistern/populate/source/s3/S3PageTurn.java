package dev.cistern.populate.source.s3;

import dev.cistern.populate.source.SourceObject;
import dev.cistern.populate.source.rest.PageTurn;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/// Decides how a listing continues after a page.
///
/// A page that may not be the last one is never treated as such: a missing request loses data, an extra one costs a
/// round trip. So any indication of another page is followed, in this order: a token, a marker, the last key by
/// `start-after`, the last key by `marker`. A page that indicates neither its end nor how to continue is a broken
/// listing.
final class S3PageTurn {
    private S3PageTurn() {}

    /// @param asked position that was requested
    /// @param page the response
    /// @param progress whether it contains a key that the previous page did not
    static PageTurn of(ListPosition asked, S3Api.Page page, boolean progress) {
        PageEnd end = page.end();
        boolean denied = Boolean.FALSE.equals(end.truncated());
        boolean claimed = Boolean.TRUE.equals(end.truncated());
        boolean repeats = !page.objects().isEmpty() && !progress;
        if (denied && !progress) {
            return new PageTurn.End();
        }
        if (!end.token().isEmpty()) {
            ListPosition next = new ListPosition.Token(end.token());
            return turn(asked, next, denied, repeats);
        }
        if (!end.nextMarker().isEmpty()) {
            return turn(asked, new ListPosition.Marker(end.nextMarker()), denied, repeats);
        }
        if (denied || (page.objects().isEmpty() && !claimed)) {
            return new PageTurn.End();
        }
        return afterLastKey(asked, page, progress, claimed);
    }

    private static PageTurn turn(
            ListPosition asked, ListPosition next, boolean denied, boolean repeats) {
        if (next.equals(asked)) {
            // An echo without a following page.
            return denied ? new PageTurn.End() : new PageTurn.Broken("a page leads to itself");
        }
        return repeats ? new PageTurn.Broken("a page came twice") : new PageTurn.GoOn(next.text());
    }

    private static PageTurn afterLastKey(
            ListPosition asked, S3Api.Page page, boolean progress, boolean claimed) {
        if (!progress) {
            return switch (asked) {
                case ListPosition.After after ->
                        new PageTurn.GoOn(new ListPosition.Marker(after.key()).text());
                case ListPosition.Start start ->
                        new PageTurn.Broken(
                                "an empty page is marked as truncated, without a token to"
                                        + " continue");
                case ListPosition.Token token ->
                        new PageTurn.Broken("a page without new keys is marked as truncated");
                case ListPosition.Marker marker ->
                        claimed || page.objects().size() >= S3Api.PAGE_SIZE
                                ? new PageTurn.Broken(
                                        "the store ignores continuation tokens, start-after and"
                                                + " marker")
                                : new PageTurn.End();
            };
        }
        if (!inOrder(page.objects())) {
            return claimed || page.objects().size() >= S3Api.PAGE_SIZE
                    ? new PageTurn.Broken("a page is not sorted and has no continuation token")
                    : new PageTurn.End();
        }
        String last = page.objects().getLast().id();
        ListPosition next =
                page.end().older() || asked instanceof ListPosition.Marker
                        ? new ListPosition.Marker(last)
                        : new ListPosition.After(last);
        return new PageTurn.GoOn(next.text());
    }

    /// Whether the last key is the greatest, as bytes or as UTF-16: stores sort in either order.
    private static boolean inOrder(List<SourceObject> objects) {
        boolean asBytes = true;
        boolean asUtf16 = true;
        for (int i = 1; i < objects.size(); i++) {
            String before = objects.get(i - 1).id();
            String key = objects.get(i).id();
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
