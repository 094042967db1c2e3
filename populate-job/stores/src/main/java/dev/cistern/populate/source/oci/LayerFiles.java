package dev.cistern.populate.source.oci;

import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.rest.StatusErrors;
import dev.cistern.populate.wire.Reason;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Selects the layers of a manifest that are files, and their names: those with a title, as in ORAS, and the raw layers
/// of a model in the CNCF's ModelPack. A manifest with a layer that cannot be a file is rejected as a whole, because
/// the other layers may be useless without it.
final class LayerFiles {
    private static final String TITLE = "org.opencontainers.image.title";

    /// ModelPack's, and its name before it joined the CNCF.
    private static final List<String> MODEL_PATHS =
            List.of("org.cncf.model.filepath", "org.cnai.model.filepath");

    /// ORAS's annotation of packed directories.
    private static final String UNPACK = "io.deis.oras.content.unpack";

    private static final Pattern MODEL_LAYER =
            Pattern.compile("application/vnd\\.(cncf|cnai)\\.model\\..*");
    private static final Pattern TAR_LAYER =
            Pattern.compile("application/vnd\\..*[.+/]tar([.+](gzip|zstd))?");

    private final RegistryPlace place;
    private final Map<String, Integer> numbers = new HashMap<>();

    private LayerFiles(RegistryPlace place) {
        this.place = place;
    }

    /// The files of a manifest, sorted by the bytes of their paths.
    ///
    /// @throws SourceException.Refused naming the layer that is not a file
    static List<LayerFile> of(RegistryPlace place, Manifest manifest)
            throws SourceException.Refused {
        LayerFiles names = new LayerFiles(place);
        List<LayerFile> files = new ArrayList<>(manifest.layers().size());
        for (int i = 0; i < manifest.layers().size(); i++) {
            Descriptor layer = manifest.layers().get(i);
            files.add(new LayerFile(names.path(i, layer), layer));
        }
        files.sort(
                (a, b) ->
                        Arrays.compareUnsigned(
                                a.path().getBytes(StandardCharsets.UTF_8),
                                b.path().getBytes(StandardCharsets.UTF_8)));
        return files;
    }

    private String path(int number, Descriptor layer) throws SourceException.Refused {
        boolean model = MODEL_LAYER.matcher(layer.mediaType()).matches();
        String name = model ? modelPath(layer) : null;
        name = name == null ? layer.annotation(TITLE) : name;
        boolean packed =
                "true".equals(layer.annotation(UNPACK))
                        || ((model || name == null)
                                && TAR_LAYER.matcher(layer.mediaType()).matches());
        if (packed) {
            throw refused(
                    Reason.INVALID_CONFIGURATION,
                    number,
                    layer,
                    "is an archive, which this version does not unpack: push its files as layers of"
                            + " their own");
        }
        if (name == null || name.isEmpty()) {
            throw refused(
                    Reason.INVALID_CONFIGURATION,
                    number,
                    layer,
                    "has no name: push it with a client that sets the annotation " + TITLE);
        }
        requireSafe(number, layer, name);
        Integer other = numbers.putIfAbsent(name, number);
        if (other != null) {
            throw refused(
                    Reason.UNSAFE_KEY,
                    number,
                    layer,
                    "has the name \"" + name + "\", as layer " + (other + 1) + " has");
        }
        return name;
    }

    private static @Nullable String modelPath(Descriptor layer) {
        for (String name : MODEL_PATHS) {
            String path = layer.annotation(name);
            if (path != null) {
                return path;
            }
        }
        return null;
    }

    /// Rejects names that lead out of the volume, whichever part of the artifact is requested: the artifact is
    /// malicious.
    private void requireSafe(int number, Descriptor layer, String name)
            throws SourceException.Refused {
        boolean unsafe = name.startsWith("/") || name.endsWith("/");
        for (String part : name.split("/", -1)) {
            unsafe |= part.isEmpty() || part.equals(".") || part.equals("..");
        }
        if (unsafe) {
            throw refused(
                    Reason.UNSAFE_KEY,
                    number,
                    layer,
                    "has the name \""
                            + name
                            + "\", which is no path below a directory: push it with a relative"
                            + " name without . and ..");
        }
    }

    private SourceException.Refused refused(
            Reason reason, int number, Descriptor layer, String problem) {
        return StatusErrors.refused(
                reason,
                "layer "
                        + (number + 1)
                        + " of "
                        + place.version()
                        + " in "
                        + place
                        + " ("
                        + layer.mediaType()
                        + ", "
                        + layer.digest()
                        + ") "
                        + problem);
    }
}
