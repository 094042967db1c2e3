package dev.cistern.test.odd;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// A store with quirks and objects, the fill's arguments and its expected result.
///
/// @param name of the case, unique
/// @param prefix below the bucket, as a user writes it after `s3://BUCKET/`
/// @param include globs
/// @param exclude globs
/// @param environment more variables of the program's; [#ENDPOINT] in a value stands for the store's URL
/// @param commandOnly whether no Job is run: the case takes long, or concerns the command only
public record OddCase(
        String name,
        Set<Quirk> quirks,
        List<StoredObject> objects,
        String prefix,
        List<String> include,
        List<String> exclude,
        Map<String, String> environment,
        boolean commandOnly,
        Expected expected) {

    /// Stands for the store's URL.
    public static final String ENDPOINT = "{endpoint}";

    /// A store with one quirk and objects; the case has the quirk's name.
    static Draft of(Quirk quirk, StoredObject... objects) {
        return of(quirk.id(), objects).quirk(quirk);
    }

    static Draft of(String name, StoredObject... objects) {
        return new Draft(name, List.of(objects));
    }

    /// The program's variables besides its credentials, for a store at `endpoint`.
    public Map<String, String> variables(String endpoint) {
        Map<String, String> all = new TreeMap<>(Map.of("AWS_ENDPOINT_URL", endpoint));
        environment.forEach((name, value) -> all.put(name, value.replace(ENDPOINT, endpoint)));
        return all;
    }

    @Override
    public String toString() {
        return name;
    }

    /// Builder of a case.
    static final class Draft {
        private final String name;
        private final List<StoredObject> objects;
        private final Set<Quirk> quirks = new LinkedHashSet<>();
        private final Map<String, String> environment = new TreeMap<>();
        private final List<String> include = new ArrayList<>();
        private final List<String> exclude = new ArrayList<>();
        private String prefix = "";
        private boolean commandOnly;

        private Draft(String name, List<StoredObject> objects) {
            this.name = name;
            this.objects = objects;
        }

        Draft quirk(Quirk... more) {
            quirks.addAll(List.of(more));
            return this;
        }

        Draft prefix(String text) {
            prefix = text;
            return this;
        }

        Draft exclude(String glob) {
            exclude.add(glob);
            return this;
        }

        Draft include(String glob) {
            include.add(glob);
            return this;
        }

        Draft env(String variable, String value) {
            environment.put(variable, value);
            return this;
        }

        Draft commandOnly() {
            commandOnly = true;
            return this;
        }

        /// Expects every object below the prefix, those with a slash at the end as directories.
        OddCase arrives() {
            Map<String, byte[]> files = new TreeMap<>();
            List<String> folders = new ArrayList<>();
            for (StoredObject object : objects) {
                if (object.key().startsWith(prefix) && !object.key().equals(prefix)) {
                    String path = object.key().substring(prefix.length());
                    if (path.endsWith("/")) {
                        folders.add(path.substring(0, path.length() - 1));
                    } else {
                        files.put(path, object.bytes());
                    }
                }
            }
            return new Tree(files, folders).of(this);
        }

        /// Expects exactly these objects, each at the path before it.
        OddCase arrives(Map<String, StoredObject> expected) {
            Map<String, byte[]> files = new TreeMap<>();
            expected.forEach((path, object) -> files.put(path, object.bytes()));
            return new Tree(files, List.of()).of(this);
        }

        /// Expects a terminal failure.
        OddCase ends(String reason, String... texts) {
            return whole(new Expected.Word(reason, true, List.of(texts)));
        }

        /// Expects a failure that another attempt may not have.
        OddCase endsForNow(String reason, String... texts) {
            return whole(new Expected.Word(reason, false, List.of(texts)));
        }

        private record Tree(Map<String, byte[]> files, List<String> folders) {
            OddCase of(Draft draft) {
                return draft.whole(new Expected.Tree(files, folders));
            }
        }

        private OddCase whole(Expected expected) {
            return new OddCase(
                    name,
                    Set.copyOf(quirks),
                    objects,
                    prefix,
                    List.copyOf(include),
                    List.copyOf(exclude),
                    Map.copyOf(environment),
                    commandOnly,
                    expected);
        }
    }
}
