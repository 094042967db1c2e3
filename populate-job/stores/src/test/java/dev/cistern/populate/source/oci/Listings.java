package dev.cistern.populate.source.oci;

import dev.cistern.populate.source.Source;
import dev.cistern.populate.source.SourceObject;
import java.util.ArrayList;
import java.util.List;

/// What tests of this package list with.
abstract class Listings {
    static List<SourceObject> listed(Source source) throws Exception {
        List<SourceObject> all = new ArrayList<>();
        source.list(
                "",
                new Source.Listing() {
                    @Override
                    public void object(SourceObject object, String path) {
                        all.add(object);
                    }

                    @Override
                    public void page(String after) {}
                });
        return all;
    }

    static List<String> paths(Source source) throws Exception {
        List<String> all = new ArrayList<>();
        source.list(
                "",
                new Source.Listing() {
                    @Override
                    public void object(SourceObject object, String path) {
                        all.add(path);
                    }

                    @Override
                    public void page(String after) {}
                });
        return all;
    }
}
