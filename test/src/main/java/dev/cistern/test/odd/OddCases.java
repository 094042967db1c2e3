package dev.cistern.test.odd;

import java.util.ArrayList;
import java.util.List;

/// All cases of stores with quirks.
public final class OddCases {
    private OddCases() {}

    /// In the order of the case tables.
    public static List<OddCase> all() {
        List<OddCase> all = new ArrayList<>();
        all.addAll(SizeCases.all());
        all.addAll(ListingCases.all());
        all.addAll(MarkerCases.all());
        all.addAll(NameCases.all());
        all.addAll(DigestCases.all());
        all.addAll(AvailabilityCases.all());
        all.addAll(DateCases.all());
        all.addAll(MessageCases.all());
        all.addAll(FramingCases.all());
        return all;
    }
}
