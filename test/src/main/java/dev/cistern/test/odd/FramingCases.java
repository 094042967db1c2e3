package dev.cistern.test.odd;

import static dev.cistern.test.odd.Quirk.*;

import java.util.ArrayList;
import java.util.List;

/// Unusual but legal or common headers, framing and XML.
final class FramingCases {
    private FramingCases() {}

    static List<OddCase> all() {
        List<OddCase> all = new ArrayList<>();
        for (Quirk framing :
                List.of(
                        LOWER_CASE_HEADERS,
                        HEADERS_TWICE,
                        LINE_FEEDS_ALONE,
                        EARLY_HINTS,
                        CONTINUES_UNASKED,
                        CHUNKS_WITH_EXTENSIONS,
                        CLOSES_EACH,
                        CLOSES_SILENTLY,
                        IGNORES_RANGE,
                        PARTIAL_FOR_WHOLE,
                        NO_DATE,
                        STATUS_WITHOUT_REASON,
                        REGION_MALFORMED)) {
            all.add(OddCase.of(framing, Objects.mixed()).arrives());
        }
        for (Quirk xml :
                List.of(
                        XML_PRETTY,
                        XML_PREFIXED,
                        XML_COMMENTED,
                        XML_CDATA,
                        XML_BOM,
                        XML_DOCTYPE_FREE,
                        KEYS_RAW,
                        KEYS_DOUBLE_NAMED,
                        SIZES_IN_BLANKS,
                        VALUES_IN_BLANKS,
                        XML_MINIMAL,
                        UNKNOWN_ELEMENTS)) {
            all.add(OddCase.of(xml, Objects.pages()).arrives());
        }
        all.add(
                OddCase.of(LISTS_BUCKETS_INSTEAD, Objects.pages())
                        .ends("InvalidConfiguration", "ListAllMyBucketsResult", "pathStyle"));
        return all;
    }
}
