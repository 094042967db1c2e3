package dev.cistern.populate.source.http;

import org.jspecify.annotations.Nullable;

/// A line of a list of files.
///
/// @param path below the target, as in the list
/// @param size in bytes; -1 where the list has none
/// @param sha256 64 lower-case hex digits
/// @param url relative to the list or absolute; null where the path names the file next to the list
record ListedFile(String path, long size, String sha256, @Nullable String url) {}
