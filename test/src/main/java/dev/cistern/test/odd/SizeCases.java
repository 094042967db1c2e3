package dev.cistern.test.odd;

import static dev.cistern.test.odd.Quirk.*;

import java.util.List;

/// A size that is missing from a response is unknown, not zero.
final class SizeCases {
    private SizeCases() {}

    static List<OddCase> all() {
        return List.of(
                OddCase.of("by-the-book", Objects.mixed()).arrives(),
                OddCase.of(HEAD_WITHOUT_LENGTH, Objects.mixed()).arrives(),
                OddCase.of(HEAD_CHUNKED, Objects.mixed()).arrives(),
                OddCase.of(HEAD_LENGTH_ZERO, Objects.mixed()).arrives(),
                OddCase.of(HEAD_WITHOUT_ETAG, Objects.mixed()).arrives(),
                OddCase.of("head-without-anything", Objects.mixed())
                        .quirk(
                                HEAD_WITHOUT_LENGTH,
                                HEAD_WITHOUT_ETAG,
                                DATE_MISSING,
                                LIST_WITHOUT_ETAG)
                        .arrives(),
                OddCase.of(HEAD_NOT_ALLOWED, Objects.mixed()).arrives(),
                OddCase.of(HEAD_FORBIDDEN, Objects.mixed()).arrives(),
                OddCase.of(GET_CHUNKED, Objects.mixed()).arrives(),
                OddCase.of("get-and-head-chunked", Objects.mixed())
                        .quirk(GET_CHUNKED, HEAD_CHUNKED)
                        .arrives(),
                OddCase.of(GET_UNTIL_CLOSE, Objects.mixed()).arrives(),
                OddCase.of(RANGE_TOTAL_UNKNOWN, Objects.mixed()).arrives());
    }
}
