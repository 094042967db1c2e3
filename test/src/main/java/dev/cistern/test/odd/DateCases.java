package dev.cistern.test.odd;

import static dev.cistern.test.odd.Quirk.*;

import java.util.ArrayList;
import java.util.List;

/// No form of a date makes a fill fail.
final class DateCases {
    private DateCases() {}

    static List<OddCase> all() {
        List<OddCase> all = new ArrayList<>();
        for (Quirk date :
                List.of(
                        DATE_RFC_850,
                        DATE_ASCTIME,
                        DATE_ISO,
                        DATE_ZONE,
                        DATE_GARBAGE,
                        DATE_MISSING,
                        LIST_DATE_GARBAGE,
                        LIST_DATE_EMPTY,
                        LIST_DATE_OFFSET)) {
            all.add(OddCase.of(date, Objects.mixed()).arrives());
        }
        return all;
    }
}
