package dev.cistern.populate.wire;

import org.jspecify.annotations.Nullable;

/// How large sources are, and the volume that they need.
///
/// @param objects number of objects that a fill would copy
/// @param bytes their total size, without those of unknown size
/// @param unsized number of objects of unknown size
/// @param largest the largest object of known size; null where there is none
/// @param storageMebibytes size of a volume that has room for them all, in MiB; where some are of unknown size, for the
///     others alone
public record SourceSize(
        long objects, long bytes, long unsized, @Nullable Largest largest, long storageMebibytes) {
    /// The largest object.
    ///
    /// @param path below the target
    /// @param bytes its size
    public record Largest(String path, long bytes) {}

    /// Whether all sizes are known, so that the volume is sufficient.
    public boolean complete() {
        return unsized == 0;
    }

    /// As one JSON object; `storageRequest` is a Kubernetes quantity, and null where it would not be sufficient.
    public String toJson() {
        return WireWriter.object(
                json -> {
                    json.writeStringField("outcome", Outcome.SUCCEEDED.wireName());
                    json.writeNumberField("objects", objects);
                    json.writeNumberField("bytes", bytes);
                    json.writeNumberField("unknownSizes", unsized);
                    if (largest == null) {
                        json.writeNullField("largest");
                    } else {
                        json.writeObjectFieldStart("largest");
                        json.writeStringField("path", largest.path);
                        json.writeNumberField("bytes", largest.bytes);
                        json.writeEndObject();
                    }
                    String mebibytes = storageMebibytes + "Mi";
                    WireWriter.text(json, "storageRequest", complete() ? mebibytes : null);
                    json.writeStringField("storageAtLeast", mebibytes);
                });
    }
}
