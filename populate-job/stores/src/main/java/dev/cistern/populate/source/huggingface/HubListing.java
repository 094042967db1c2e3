package dev.cistern.populate.source.huggingface;

import dev.cistern.populate.http.Body;
import dev.cistern.populate.http.ResponseHead;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.SourceObject;
import dev.cistern.populate.source.rest.Json;
import dev.cistern.populate.source.rest.ListedPage;
import dev.cistern.populate.source.rest.ListingApi;
import dev.cistern.populate.source.rest.PageTurn;
import dev.cistern.populate.source.rest.PercentEncoding;
import dev.cistern.populate.source.rest.StatusErrors;
import dev.cistern.populate.source.rest.StoreRequest;
import dev.cistern.populate.source.rest.StoreSender;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Lists a commit: a tree by the tree API, all directories at once and without the commits that touched each file; a
/// single name by `paths-info`, or where a mirror does not know that, by the directory that it is in.
final class HubListing implements ListingApi {
    /// A page of 1000 paths of 1 KiB, each byte escaped sixfold, with 1 KiB around each.
    private static final int MAX_PAGE_BYTES = 8 << 20;

    /// What a position in a directory that is listed for one of its names begins with.
    private static final String DIRECTORY = "directory?";

    /// One of the links of `Link` (RFC 8288).
    private static final Pattern NEXT =
            Pattern.compile(
                    "<([^>]*)>\\s*;[^,<]*\\brel\\s*=\\s*\"?next\"?", Pattern.CASE_INSENSITIVE);

    private final StoreSender sender;
    private final HubLocation location;
    private final HubCommit commit;
    private final HubToken token;

    HubListing(StoreSender sender, HubLocation location, HubCommit commit, HubToken token) {
        this.sender = sender;
        this.location = location;
        this.commit = commit;
        this.token = token;
    }

    @Override
    public ListedPage list(String prefix, String position) throws SourceException {
        String id = commit.id();
        token.accepted();
        if (prefix.isEmpty() || prefix.endsWith("/")) {
            String query = position.isEmpty() ? "recursive=true&expand=false" : position;
            return tree(
                    id,
                    prefix.isEmpty() ? "" : prefix.substring(0, prefix.length() - 1),
                    query,
                    position.isEmpty());
        }
        if (position.isEmpty()) {
            try {
                return named(id, prefix);
            } catch (SourceException.Refused e) {
                if (!e.unsupported()) {
                    throw e;
                }
            }
        }
        return inDirectory(id, prefix, position);
    }

    private record Page(Json entries, @Nullable String next) {}

    private ListedPage tree(String id, String directory, String query, boolean first)
            throws SourceException {
        Page page = page(id, directory, query, first);
        return page == null
                ? ListedPage.of(List.of(), new PageTurn.End())
                : ListedPage.of(files(page.entries), PageTurn.byToken(page.next));
    }

    /// One page of a tree; null where there is no such directory. A directory that had a page before is there, since a
    /// commit does not change: its end would leave out the rest without a word.
    private @Nullable Page page(String id, String directory, String query, boolean first)
            throws SourceException {
        try {
            return sender.ask(
                    StoreRequest.get(location.tree(id, directory)).query(query),
                    (head, body) -> read(head, body));
        } catch (SourceException.Changed e) {
            if (!e.gone()) {
                throw e;
            }
            if (!first) {
                throw StatusErrors.garbled(
                        location.toString(),
                        null,
                        "the next page of a directory is not there (" + e.getMessage() + ")");
            }
            return null;
        }
    }

    private Page read(ResponseHead head, Body body) throws SourceException, IOException {
        if (head.status() != 200) {
            throw StatusErrors.garbled(location.toString(), null, "status " + head.status());
        }
        return new Page(
                parse(body.bytes(MAX_PAGE_BYTES), location.toString()), next(head.header("link")));
    }

    /// The query of the next page. Its host and path are left out: a mirror may pass on the Hub's own.
    private @Nullable String next(@Nullable String links) throws SourceException {
        Matcher next = links == null ? null : NEXT.matcher(links);
        if (next == null || !next.find()) {
            return null;
        }
        int mark = next.group(1).indexOf('?');
        String query = mark < 0 ? "" : next.group(1).substring(mark + 1);
        if (query.isEmpty() || !query.chars().allMatch(c -> c > 0x20 && c < 0x7f)) {
            throw StatusErrors.garbled(
                    location.toString(), null, "the link to its next page has no query");
        }
        return query;
    }

    private ListedPage named(String id, String path) throws SourceException {
        StringBuilder form = new StringBuilder("paths=");
        PercentEncoding.append(path, form, false);
        byte[] answer =
                sender.document(
                        StoreRequest.post(
                                location.pathsInfo(id),
                                "application/x-www-form-urlencoded",
                                form.append("&expand=false").toString()),
                        MAX_PAGE_BYTES);
        return only(path, parse(answer, location.toString()), new PageTurn.End());
    }

    private ListedPage inDirectory(String id, String path, String position) throws SourceException {
        int slash = path.lastIndexOf('/');
        Page page =
                page(
                        id,
                        slash < 0 ? "" : path.substring(0, slash),
                        position.isEmpty()
                                ? "recursive=false&expand=false"
                                : position.substring(DIRECTORY.length()),
                        position.isEmpty());
        if (page == null) {
            return ListedPage.of(List.of(), new PageTurn.End());
        }
        String next = page.next;
        return only(
                path,
                page.entries,
                next == null ? new PageTurn.End() : new PageTurn.GoOn(DIRECTORY + next));
    }

    /// The file of a path; a directory of that name is listed as a tree.
    private ListedPage only(String path, Json entries, PageTurn turn) throws SourceException {
        List<SourceObject> found =
                files(entries).stream().filter(file -> file.id().equals(path)).toList();
        return ListedPage.of(found, found.isEmpty() ? turn : new PageTurn.End());
    }

    private List<SourceObject> files(Json entries) throws SourceException {
        List<Json> items = entries.items();
        List<SourceObject> files = new ArrayList<>(items.size());
        for (Json entry : items) {
            // Directories are where their files are, and a submodule has no bytes.
            String type = entry.get("type").text("");
            if (type.isEmpty()) {
                throw StatusErrors.garbled(
                        location.toString(),
                        entry.get("path").text(),
                        "an entry is listed without its type");
            }
            if (type.equals("file")) {
                files.add(file(entry));
            }
        }
        return files;
    }

    private SourceObject file(Json entry) throws SourceException {
        String path = entry.get("path").text();
        Long linked = entry.get("lfs").get("size").number();
        Long size = linked == null ? entry.get("size").number() : linked;
        if (path == null || size == null) {
            throw StatusErrors.garbled(
                    location.toString(), path, "a file is listed without its path or its size");
        }
        return new SourceObject(path, size, HubVersion.of(entry), 0);
    }

    static Json parse(byte[] document, String where) throws SourceException {
        try {
            return Json.parse(document);
        } catch (IllegalArgumentException e) {
            throw StatusErrors.garbled(where, null, String.valueOf(e.getMessage()));
        }
    }
}
