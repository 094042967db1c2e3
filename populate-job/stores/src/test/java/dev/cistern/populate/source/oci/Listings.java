package dev.cistern.populate.source.oci;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.populate.source.Source;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.SourceObject;
import dev.cistern.populate.wire.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

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

    static Consumer<Throwable> is(Reason reason) {
        return e ->
                assertThat(e)
                        .isInstanceOfSatisfying(
                                SourceException.Refused.class,
                                refused -> assertThat(refused.reason()).isEqualTo(reason));
    }
}
