package dev.cistern.populate.source.oci;

import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.rest.StatusErrors;
import dev.cistern.populate.wire.ArchiveFormat;
import dev.cistern.populate.wire.Reason;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What the layers of a manifest are.
///
/// Files: layers with a title, as ORAS gives it, and the raw layers of a model, as the CNCF's ModelPack names them.
/// Archives: directories that ORAS has packed, the tar layers of ModelPack and KitOps. An image, where no layer has a
/// name and each is a part of a file system. A manifest is taken whole or not at all: of one with a layer that is none
/// of these it would be a guess that the rest is of use.
///
/// @param files sorted by the bytes of their paths
/// @param archives in the manifest's order
/// @param image whether the archives are layers of one file system, each over the ones before
record Layers(List<LayerFile> files, List<LayerArchive> archives, boolean image) {
    private static final String TITLE = "org.opencontainers.image.title";

    /// ModelPack's, and the name that it had before it was the CNCF's.
    private static final List<String> MODEL_PATHS =
            List.of("org.cncf.model.filepath", "org.cnai.model.filepath");

    /// What ORAS says of a directory that it packed, always as tar.gz.
    private static final String UNPACK = "io.deis.oras.content.unpack";

    private static final Pattern MODEL_LAYER =
            Pattern.compile("application/vnd\\.(cncf|cnai|kitops)\\.model.*");
    private static final Pattern IMAGE_LAYER =
            Pattern.compile(
                    "application/vnd\\.oci\\.image\\.layer\\.(nondistributable\\.)?v1\\.tar.*"
                        + "|application/vnd\\.docker\\.image\\.rootfs\\.(foreign\\.)?diff\\.tar.*");
    private static final Pattern TAR = Pattern.compile(".*\\.tar(?:[.+](gzip|zstd))?");

    /// More layers than any runtime takes.
    private static final int MAX_IMAGE_LAYERS = 1000;

    Layers {
        files = List.copyOf(files);
        archives = List.copyOf(archives);
    }

    /// Whether a manifest is an artifact's or an image's, and what of.
    ///
    /// @throws SourceException.Refused naming the layer that is nothing
    static Layers of(RegistryPlace place, Manifest manifest) throws SourceException.Refused {
        List<Descriptor> all = manifest.layers();
        boolean image =
                !all.isEmpty()
                        && all.stream()
                                .allMatch(
                                        layer ->
                                                layer.annotation(TITLE) == null
                                                        && IMAGE_LAYER
                                                                .matcher(layer.mediaType())
                                                                .matches());
        Naming naming = new Naming(place);
        for (int i = 0; i < all.size(); i++) {
            if (image) {
                naming.imageLayer(i, all.get(i));
            } else {
                naming.layer(i, all.get(i));
            }
        }
        naming.files.sort(
                (a, b) ->
                        Arrays.compareUnsigned(
                                a.path().getBytes(StandardCharsets.UTF_8),
                                b.path().getBytes(StandardCharsets.UTF_8)));
        return new Layers(naming.files, naming.archives, image);
    }

    /// Goes through the layers.
    private static final class Naming {
        private final RegistryPlace place;
        private final List<LayerFile> files = new ArrayList<>();
        private final List<LayerArchive> archives = new ArrayList<>();
        private final Map<String, Integer> numbers = new HashMap<>();

        Naming(RegistryPlace place) {
            this.place = place;
        }

        void imageLayer(int number, Descriptor layer) throws SourceException.Refused {
            ArchiveFormat format = format(layer.mediaType());
            if (format == null || number >= MAX_IMAGE_LAYERS) {
                throw refused(
                        Reason.INVALID_CONFIGURATION,
                        number,
                        layer,
                        format == null
                                ? "is packed in a way that is not known"
                                : "is one too many: runtimes take "
                                        + MAX_IMAGE_LAYERS
                                        + " at most");
            }
            archives.add(new LayerArchive("layer " + (number + 1), layer, format, ""));
        }

        void layer(int number, Descriptor layer) throws SourceException.Refused {
            boolean model = MODEL_LAYER.matcher(layer.mediaType()).matches();
            String name = model ? modelPath(layer) : null;
            name = name == null ? layer.annotation(TITLE) : name;
            if (name != null) {
                requireSafe(number, layer, name);
            }
            if ("true".equals(layer.annotation(UNPACK)) && name != null) {
                // ORAS packs a directory with its own name before those of its files.
                claim(number, layer, name);
                archives.add(new LayerArchive(name, layer, ArchiveFormat.TAR_GZIP, name));
                return;
            }
            ArchiveFormat format = model ? format(layer.mediaType()) : null;
            if (format != null) {
                archives.add(
                        new LayerArchive(
                                name == null ? "layer " + (number + 1) : name, layer, format, ""));
                return;
            }
            if (name == null) {
                throw refused(
                        Reason.INVALID_CONFIGURATION,
                        number,
                        layer,
                        "has no name: push it with a client that sets the annotation " + TITLE);
            }
            claim(number, layer, name);
            files.add(new LayerFile(name, layer));
        }

        private void claim(int number, Descriptor layer, String name)
                throws SourceException.Refused {
            Integer other = numbers.putIfAbsent(name, number);
            if (other != null) {
                throw refused(
                        Reason.UNSAFE_KEY,
                        number,
                        layer,
                        "has the name \"" + name + "\", as layer " + (other + 1) + " has");
            }
        }

        private static @Nullable ArchiveFormat format(String mediaType) {
            Matcher tar = TAR.matcher(mediaType);
            if (!tar.matches()) {
                return null;
            }
            return switch (tar.group(1)) {
                case "gzip" -> ArchiveFormat.TAR_GZIP;
                case "zstd" -> ArchiveFormat.TAR_ZSTD;
                case null, default -> ArchiveFormat.TAR;
            };
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

        /// Refuses names that lead out of the volume, whatever part of the artifact is asked for: who made it meant no
        /// good.
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
}
