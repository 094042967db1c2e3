package dev.cistern.test.odd;

import static dev.cistern.test.odd.Quirk.*;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// A listing counts as complete only when it says so; otherwise a fill fails with a clear message.
final class ListingCases {
    private ListingCases() {}

    static List<OddCase> all() {
        List<OddCase> all = new ArrayList<>();
        for (Quirk arrives :
                List.of(
                        TRUNCATED_AS_ONE,
                        TRUNCATED_CAPITALISED,
                        TRUNCATED_UPPER_CASE,
                        TRUNCATED_IN_BLANKS,
                        TRUNCATED_LEFT_OUT,
                        FIRST_PAGE_EMPTY,
                        PAGES_EMPTY,
                        LIST_V1_ONLY,
                        LIST_V1_NO_NEXT_MARKER,
                        NO_TOKEN,
                        KEYS_REPEAT,
                        UNSORTED,
                        TOKEN_EMPTY_AT_END,
                        LIST_WITHOUT_ETAG)) {
            all.add(OddCase.of(arrives, Objects.pages()).arrives());
        }
        for (Quirk ends : List.of(NO_TOKEN_NOR_START, PAGE_REPEATS, EMPTY_FOR_EVER)) {
            all.add(OddCase.of(ends, Objects.pages()).ends("ListingIncomplete", "listing"));
        }
        StoredObject inside = StoredObject.of("t/inside", "in");
        StoredObject beyond = StoredObject.of("beyond", "out");
        all.add(
                OddCase.of(KEYS_BEYOND_PREFIX, inside, beyond)
                        .prefix("t/")
                        .ends("ListingIncomplete", "beyond", "prefix"));
        all.add(
                OddCase.of("first-page-empty-of-a-tree-named-without-slash", inside)
                        .quirk(FIRST_PAGE_EMPTY)
                        .prefix("t")
                        .arrives(Map.of("inside", inside)));
        return all;
    }
}
