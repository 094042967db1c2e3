package dev.cistern.populate.job;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.PrintStream;
import java.io.StringWriter;
import java.time.Instant;

/// Writes one JSON object per line: time, level, message, and key-values. A logging library would take longer to load
/// than a small volume takes to fill.
final class Log {
    private final PrintStream out;
    private final JsonFactory json = new JsonFactory();

    Log(PrintStream out) {
        this.out = out;
    }

    void info(String message, String... namesAndValues) {
        write("info", message, namesAndValues);
    }

    void warn(String message, String... namesAndValues) {
        write("warn", message, namesAndValues);
    }

    void error(String message, String... namesAndValues) {
        write("error", message, namesAndValues);
    }

    private void write(String level, String message, String... namesAndValues) {
        StringWriter line = new StringWriter(256);
        try (JsonGenerator to = json.createGenerator(line)) {
            to.writeStartObject();
            to.writeStringField("time", Instant.now().toString());
            to.writeStringField("level", level);
            to.writeStringField("message", message);
            for (int i = 0; i + 1 < namesAndValues.length; i += 2) {
                to.writeStringField(namesAndValues[i], namesAndValues[i + 1]);
            }
            to.writeEndObject();
        } catch (IOException e) {
            throw new IllegalStateException("writing into memory cannot fail", e);
        }
        out.println(line);
    }
}
