package dev.cistern.test.odd;

import java.util.ArrayList;
import java.util.List;

/// All cases: what a fill has to make of a store with habits.
public final class OddCases {
    private OddCases() {}

    /// In the order of the tables that they are written in.
    public static List<OddCase> all() {
        List<OddCase> all = new ArrayList<>();
        all.addAll(SizeCases.all());
        all.addAll(ListingCases.all());
        all.addAll(MarkerCases.all());
        all.addAll(NameCases.all());
        all.addAll(DigestCases.all());
        all.addAll(WeatherCases.all());
        all.addAll(DateCases.all());
        all.addAll(WordCases.all());
        all.addAll(MannerCases.all());
        return all;
    }
}
