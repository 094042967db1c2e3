package dev.cistern.populate.source.azureblob;

import dev.cistern.populate.http.Origin;
import dev.cistern.populate.source.rest.PercentEncoding;
import org.jspecify.annotations.Nullable;

/// Where a container is.
///
/// @param origin of the account's Blob service
/// @param basePath path before the container: empty where the host's name contains the account, `/ACCOUNT` for
///     emulators
/// @param container its name
record BlobLocation(Origin origin, String basePath, String container) {
    /// Letters, digits and hyphens; the service's own containers begin with a dollar sign.
    private static final String CONTAINER = "\\$?[a-z0-9](-?[a-z0-9])*";

    /// @param account name of the storage account
    /// @param endpoint URL; null means that of the public cloud
    /// @throws IllegalArgumentException when that is no URL of a Blob service, or the container's name is none
    static BlobLocation of(String account, @Nullable String endpoint, String container) {
        String url = endpoint == null ? "https://" + account + ".blob.core.windows.net" : endpoint;
        Origin origin = Origin.of(url);
        if (origin.host().contains(".dfs.")) {
            throw new IllegalArgumentException(
                    url
                            + " is the endpoint of Data Lake Storage: give that of the account's"
                            + " Blob service, "
                            + url.replaceFirst("\\.dfs\\.", ".blob.")
                            + ", which has the same files");
        }
        if (!container.matches(CONTAINER)) {
            throw new IllegalArgumentException(
                    "\""
                            + container
                            + "\" is no name of a container: these have lower-case letters, digits"
                            + " and single hyphens");
        }
        int slash = url.indexOf('/', url.indexOf("://") + 3);
        String path = slash < 0 ? "" : url.substring(slash);
        while (path.endsWith("/")) {
            path = path.substring(0, path.length() - 1);
        }
        return new BlobLocation(origin, path, container);
    }

    /// The path of the container.
    String path() {
        return basePath + "/" + container;
    }

    /// The path of a blob. Slashes of its name are not encoded.
    String path(String blob) {
        StringBuilder path = new StringBuilder(128);
        path.append(basePath).append('/').append(container).append('/');
        PercentEncoding.append(blob, path, true);
        return path.toString();
    }

    /// Identifies this container's blobs across attempts.
    String identity() {
        return origin + basePath + "/" + container;
    }

    @Override
    public String toString() {
        return "container " + container + " at " + origin + basePath;
    }
}
