package dev.cistern.csi.pool;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.cistern.csi.volume.Volume;
import dev.cistern.csi.volume.VolumeId;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The records of a pool's volumes: `<id>.json` each, in one directory.
final class VolumeRecords {

    private static final Logger LOG = LoggerFactory.getLogger(VolumeRecords.class);
    private static final int VERSION = 1;
    private static final String SUFFIX = ".json";
    private static final JsonFactory JSON = new JsonFactory();

    private final Path directory;

    VolumeRecords(Path directory) {
        this.directory = directory;
    }

    void write(Volume volume) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            json.writeStartObject();
            json.writeNumberField("version", VERSION);
            json.writeStringField("id", volume.id().value());
            json.writeStringField("name", volume.name());
            json.writeNumberField("bytes", volume.bytes());
            json.writeStringField("created", volume.created().toString());
            json.writeEndObject();
        }
        DurableFiles.write(file(volume.id()), bytes.toByteArray());
    }

    void delete(VolumeId id) throws IOException {
        DurableFiles.deleteIfExists(file(id));
    }

    /// A record file.
    sealed interface Found {}

    record Readable(Volume volume) implements Found {}

    /// An unreadable record.
    ///
    /// @param id from the file's name
    /// @param problem the file, the problem, and what to do
    /// @param replaceable whether the record can be rewritten without loss: not one of a later version of this program
    record Unreadable(VolumeId id, String problem, boolean replaceable) implements Found {}

    /// All records. Removes partially written files; leaves other files alone.
    List<Found> readAll() throws IOException {
        List<Found> records = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                String name = file.getFileName().toString();
                Optional<VolumeId> id =
                        name.endsWith(SUFFIX)
                                ? VolumeId.parse(name.substring(0, name.length() - SUFFIX.length()))
                                : Optional.empty();
                if (id.isPresent()) {
                    records.add(found(file, id.get()));
                } else if (name.endsWith(DurableFiles.UNFINISHED)) {
                    Files.delete(file);
                } else {
                    LOG.atWarn().addKeyValue("path", file).log("no volume's record: left alone");
                }
            }
        }
        return records;
    }

    private Found found(Path file, VolumeId id) {
        try {
            return new Readable(read(file));
        } catch (LaterVersion e) {
            return new Unreadable(id, String.valueOf(e.getMessage()), false);
        } catch (IOException e) {
            return new Unreadable(id, String.valueOf(e.getMessage()), true);
        }
    }

    private static final class LaterVersion extends IOException {
        private static final long serialVersionUID = 1L;

        LaterVersion(Path file, int version) {
            super(
                    "volume record %s has version %d, this program knows %d; install the version of Cistern that wrote it"
                            .formatted(file, version, VERSION));
        }
    }

    private Volume read(Path file) throws IOException {
        try (JsonParser json = JSON.createParser(Files.readAllBytes(file))) {
            int version = 0;
            String id = null;
            String name = null;
            String created = null;
            long bytes = -1;
            json.nextToken();
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String field = json.currentName();
                json.nextToken();
                switch (field) {
                    case "version" -> version = json.getIntValue();
                    case "id" -> id = json.getText();
                    case "name" -> name = json.getText();
                    case "bytes" -> bytes = json.getLongValue();
                    case "created" -> created = json.getText();
                    default -> json.skipChildren();
                }
            }
            if (version > VERSION) {
                throw new LaterVersion(file, version);
            }
            if (version != VERSION || id == null || name == null || created == null || bytes < 0) {
                throw unreadable(file, "lacks one of version, id, name, bytes, created", null);
            }
            Volume volume = new Volume(new VolumeId(id), name, bytes, Instant.parse(created));
            if (!file.equals(file(volume.id()))) {
                throw unreadable(file, "is the record of " + id, null);
            }
            return volume;
        } catch (JacksonException | IllegalArgumentException | java.time.DateTimeException e) {
            throw unreadable(file, "is damaged", e);
        }
    }

    private Path file(VolumeId id) {
        return directory.resolve(id.value() + SUFFIX);
    }

    private static IOException unreadable(Path file, String problem, @Nullable Throwable cause) {
        return new IOException(
                "volume record "
                        + file
                        + " "
                        + problem
                        + "; restore it, or move it away to give the volume up",
                cause);
    }
}
