package dev.cistern.populate.source.huggingface;

import dev.cistern.populate.http.Origin;
import dev.cistern.populate.source.rest.PercentEncoding;
import dev.cistern.populate.wire.HuggingFacePath;
import org.jspecify.annotations.Nullable;

/// The URLs of a repo.
///
/// @param origin of the Hub or mirror
/// @param basePath what comes before the Hub's own paths; empty or beginning with `/`
/// @param place in the Hub
record HubLocation(Origin origin, String basePath, HuggingFacePath place) {
    static final String HUB = "https://huggingface.co";

    /// @param endpoint URL; null means the Hub itself
    /// @throws IllegalArgumentException when that is no URL
    static HubLocation of(@Nullable String endpoint, HuggingFacePath place) {
        String url = endpoint == null ? HUB : endpoint;
        Origin origin = Origin.of(url);
        int slash = url.indexOf('/', url.indexOf("://") + 3);
        String path = slash < 0 ? "" : url.substring(slash);
        while (path.endsWith("/")) {
            path = path.substring(0, path.length() - 1);
        }
        return new HubLocation(origin, path, place);
    }

    /// What is known of a revision.
    String revision(String revision) {
        return api("revision", revision).toString();
    }

    /// The tree of a commit below a directory.
    ///
    /// @param directory without slashes around it; empty means the root
    String tree(String commit, String directory) {
        StringBuilder path = api("tree", commit);
        if (!directory.isEmpty()) {
            // Slashes, too, as the Hub's own client does.
            PercentEncoding.append(directory, path.append('/'), false);
        }
        return path.toString();
    }

    /// What is known of single paths of a commit.
    String pathsInfo(String commit) {
        return api("paths-info", commit).toString();
    }

    /// The bytes of a file of a commit.
    String resolve(String commit, String file) {
        StringBuilder path = new StringBuilder(160).append(page()).append("/resolve/");
        PercentEncoding.append(commit, path, false);
        PercentEncoding.append(file, path.append('/'), true);
        return path.toString();
    }

    private StringBuilder api(String what, String revision) {
        StringBuilder path = new StringBuilder(160).append(basePath).append("/api/");
        path.append(place.kind().plural()).append('/').append(place.repo());
        path.append('/').append(what).append('/');
        PercentEncoding.append(revision, path, false);
        return path;
    }

    /// The path of the repo's page.
    private String page() {
        return basePath
                + switch (place.kind()) {
                    case MODEL -> "/";
                    case DATASET, SPACE, KERNEL -> "/" + place.kind().plural() + "/";
                }
                + place.repo();
    }

    /// The URL of the repo's page, for people.
    String url() {
        return origin + page();
    }

    /// What makes a file of this repo the same file in a later attempt: not the commit, since files are kept from one
    /// to the next.
    String identity() {
        return origin + basePath + "/" + place.kind().plural() + "/" + place.repo();
    }

    @Override
    public String toString() {
        return place.kind().wireName() + " " + place.repo() + " at " + origin + basePath;
    }
}
