package dev.cistern.populate.source.http;

/// Validates names in a list.
final class ListedNames {
    private ListedNames() {}

    /// The name without a leading `./`.
    ///
    /// @throws IllegalArgumentException when it leads elsewhere or names no file
    static String checked(String name) {
        String path = name;
        while (path.startsWith("./")) {
            path = path.substring(2);
        }
        if (path.isEmpty() || path.endsWith("/")) {
            throw new IllegalArgumentException("names no file");
        }
        if (path.startsWith("/")) {
            throw new IllegalArgumentException(
                    "names " + path + ", which is not relative to the list");
        }
        for (String part : path.split("/", -1)) {
            if (part.equals("..") || part.equals(".") || part.isEmpty()) {
                throw new IllegalArgumentException(
                        "names " + path + ", which has a part that is empty or . or ..");
            }
        }
        for (int i = 0; i < path.length(); i++) {
            if (path.charAt(i) < 0x20 || path.charAt(i) == 0x7f) {
                throw new IllegalArgumentException("has a control character in its name");
            }
        }
        return path;
    }
}
