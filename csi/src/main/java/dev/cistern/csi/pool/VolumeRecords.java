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
import org.jspecify.annotations.Nullable;

/// The records of a pool's volumes: `<id>.json` each, in one directory.
final class VolumeRecords {

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

    /// All records; what a crash left half-written is removed.
    ///
    /// @throws IOException when a record cannot be understood, naming the file
    List<Volume> readAll() throws IOException {
        List<Volume> volumes = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                if (file.getFileName().toString().endsWith(SUFFIX)) {
                    volumes.add(read(file));
                } else {
                    Files.delete(file);
                }
            }
        }
        return volumes;
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
            if (version != VERSION) {
                throw unreadable(
                        file, "has version " + version + ", this program knows " + VERSION, null);
            }
            if (id == null || name == null || created == null || bytes < 0) {
                throw unreadable(file, "lacks one of id, name, bytes, created", null);
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
