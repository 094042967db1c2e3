package dev.cistern.populate.wire;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A source and its destination below the target.
///
/// @param store the store and location
/// @param into directory below the target, without leading or trailing `/`; empty means the target itself
/// @param include globs on the path below the store's tree; empty means everything
/// @param exclude globs on the path below the store's tree; wins over `include`
/// @param sha256 expected SHA-256 of a source of exactly one object, 64 lower-case hex digits; null for none
/// @param proxy for the store and its token services; null for none
/// @param unpack what the objects are archives of, whose entries are copied in their place; null where objects are copied as they are
public record SourceSpec(
        StoreSpec store,
        String into,
        List<String> include,
        List<String> exclude,
        @Nullable String sha256,
        @Nullable ProxySpec proxy,
        @Nullable ArchiveFormat unpack) {

    /// A list of patterns longer than this is a mistake; 256 × 1 KiB still fits an environment variable.
    static final int MAX_PATTERNS = 256;

    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

    public SourceSpec {
        include = List.copyOf(include);
        exclude = List.copyOf(exclude);
    }

    /// A source without a proxy.
    public SourceSpec(
            StoreSpec store,
            String into,
            List<String> include,
            List<String> exclude,
            @Nullable String sha256) {
        this(store, into, include, exclude, sha256, null, null);
    }

    /// A source whose objects are copied as they are.
    public SourceSpec(
            StoreSpec store,
            String into,
            List<String> include,
            List<String> exclude,
            @Nullable String sha256,
            @Nullable ProxySpec proxy) {
        this(store, into, include, exclude, sha256, proxy, null);
    }

    /// All of a store, copied into the target itself.
    public static SourceSpec of(StoreSpec store) {
        return new SourceSpec(store, "", List.of(), List.of(), null);
    }

    static SourceSpec read(WireReader in) throws WireException {
        in.onlyKnown("store", "into", "include", "exclude", "sha256", "proxy", "unpack");
        return read(
                in, StoreType.read(in.object("store")), ProxySpec.read(in.optionalObject("proxy")));
    }

    static SourceSpec read(WireReader in, StoreSpec store, @Nullable ProxySpec proxy)
            throws WireException {
        String unpack = in.optionalText("unpack");
        SourceSpec source =
                new SourceSpec(
                        store,
                        in.text("into", ""),
                        in.texts("include", MAX_PATTERNS),
                        in.texts("exclude", MAX_PATTERNS),
                        in.optionalText("sha256"),
                        proxy,
                        unpack == null
                                ? null
                                : in.choice(
                                        "unpack",
                                        ArchiveFormat.values(),
                                        ArchiveFormat::wireName,
                                        null));
        if (source.sha256 != null && !SHA256.matcher(source.sha256).matches()) {
            throw in.wrong("sha256", "must be 64 lower-case hex digits");
        }
        return source;
    }

    void write(JsonGenerator json) throws IOException {
        json.writeObjectFieldStart("store");
        StoreType.write(json, store);
        json.writeEndObject();
        WireWriter.text(json, "into", into);
        WireWriter.texts(json, "include", include);
        WireWriter.texts(json, "exclude", exclude);
        WireWriter.text(json, "sha256", sha256);
        if (proxy != null) {
            json.writeObjectFieldStart("proxy");
            proxy.write(json);
            json.writeEndObject();
        }
        if (unpack != null) {
            WireWriter.text(json, "unpack", unpack.wireName());
        }
    }
}
