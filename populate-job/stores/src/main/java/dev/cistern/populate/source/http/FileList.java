package dev.cistern.populate.source.http;

import dev.cistern.populate.http.Body;
import dev.cistern.populate.http.ResponseHead;
import dev.cistern.populate.source.Source;
import dev.cistern.populate.source.SourceException;
import dev.cistern.populate.source.SourceObject;
import dev.cistern.populate.source.rest.ReadMode;
import dev.cistern.populate.source.rest.StatusErrors;
import dev.cistern.populate.source.rest.StoreSender;
import dev.cistern.populate.wire.Reason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads a list of files while it arrives, and passes it on page by page.
///
/// A page is passed on when it is complete. An attempt that resumes after a cut reads the list again and skips what was
/// passed on, if it is the same as before.
final class FileList {
    private static final int PAGE_FILES = 1000;

    private final HttpPlace place;
    private final FileUrl url;
    private final ListFormat format;
    private final @Nullable String pinned;
    private final StoreSender sender;
    private final FileProtocol protocol;
    private final FileSizes sizes;

    /// @param sha256 expected digest of the list; null for none
    FileList(
            HttpPlace place,
            FileUrl url,
            ListFormat format,
            @Nullable String sha256,
            StoreSender sender,
            FileProtocol protocol,
            FileDescriber describer) {
        this.place = place;
        this.url = url;
        this.format = format;
        this.pinned = sha256;
        this.sender = sender;
        this.protocol = protocol;
        this.sizes = new FileSizes(describer);
    }

    /// A file of the list.
    record Entry(SourceObject object, String path) {}

    /// Passes on all files after those passed on before.
    ///
    /// @param after empty, or as passed to [Source.Listing#page]
    void read(String after, Source.Listing listing) throws SourceException, IOException {
        SourceObject object =
                new SourceObject(protocol.id(url), SourceObject.UNKNOWN_SIZE, null, 0);
        Reading reading = new Reading(after, listing);
        try {
            sender.send(
                    protocol.get(object, "", ReadMode.USUAL),
                    (head, body) -> {
                        reading.all(head, body);
                        return head;
                    });
            if (reading.endUntold) {
                requireWhole(object, reading.sha256());
            }
            reading.end();
        } catch (IllegalArgumentException e) {
            throw StatusErrors.refused(
                    Reason.INVALID_CONFIGURATION,
                    url.shown()
                            + " is not a list that can be read: line "
                            + reading.lines.number()
                            + " "
                            + e.getMessage()
                            + (reading.html
                                    ? "; the server sent HTML, as those do that ask people to log"
                                            + " in"
                                    : ""));
        }
    }

    /// Where only the end of the connection marks the end of the list, a crashed server looks like a completed
    /// response: reads it a second time.
    private void requireWhole(SourceObject object, String before)
            throws SourceException, IOException {
        MessageDigest again = newDigest();
        sender.send(
                protocol.get(object, "", ReadMode.USUAL),
                (head, body) -> {
                    body.transferTo(again::update);
                    return head;
                });
        if (!before.equals(HexFormat.of().formatHex(again.digest()))) {
            throw StatusErrors.garbled(
                    place.toString(),
                    url.path(),
                    "the list's length is not told, and a second reading brought another list");
        }
    }

    private static MessageDigest newDigest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /// One reading of the list.
    private final class Reading {
        private final Source.Listing listing;
        private final ListLines lines = new ListLines();
        private final ListRepeats repeats = new ListRepeats();
        private final MessageDigest ofBytes = newDigest();

        /// Digest of the complete list; empty before.
        private String sha256 = "";

        /// Whether only the end of the connection marks the end.
        private boolean endUntold;

        /// Digest of the lines so far, to compare with the previous reading.
        private final MessageDigest ofLines = newDigest();

        /// Number of lines passed on before.
        private final long given;

        private final String givenDigest;
        private List<Entry> page = new ArrayList<>();
        private long read;
        private boolean firstPage = true;
        private boolean html;

        Reading(String after, Source.Listing listing) {
            this.listing = listing;
            int colon = after.indexOf(':');
            this.given = after.isEmpty() ? 0 : Long.parseLong(after.substring(0, colon));
            this.givenDigest = after.substring(colon + 1);
        }

        void all(ResponseHead head, Body body) throws SourceException, IOException {
            String type = head.header("content-type");
            html = type != null && type.startsWith("text/html");
            String encoding = head.header("content-encoding");
            if (head.status() != 200
                    || (encoding != null && !encoding.equalsIgnoreCase("identity"))) {
                throw StatusErrors.garbled(
                        place.toString(),
                        url.path(),
                        "status " + head.status() + " and Content-Encoding " + encoding);
            }
            try {
                body.transferTo(
                        piece -> {
                            ofBytes.update(piece.duplicate());
                            lines.accept(piece, this::line);
                        });
            } catch (Stopped e) {
                throw e.reason;
            }
            sha256 = HexFormat.of().formatHex(ofBytes.digest());
            boolean told = head.contentLength() >= 0 || head.header("transfer-encoding") != null;
            endUntold = !told && pinned == null;
            if (endUntold && !lines.atLineEnd()) {
                throw StatusErrors.garbled(
                        place.toString(),
                        url.path(),
                        "the list's length is not told, and its last line has no end");
            }
        }

        String sha256() {
            return sha256;
        }

        /// The list is complete.
        void end() throws SourceException, IOException {
            try {
                lines.end(this::line);
                if (pinned != null && !pinned.equals(sha256)) {
                    throw StatusErrors.refused(
                            Reason.DIGEST_MISMATCH,
                            "list "
                                    + url.shown()
                                    + " has sha256 "
                                    + sha256
                                    + ", the specification pins "
                                    + pinned);
                }
                if (read < given) {
                    throw changed();
                }
                give();
            } catch (Stopped e) {
                throw e.reason;
            }
        }

        private SourceException changed() {
            return new SourceException.Changed(
                    "list " + url.shown() + " changed while it was read", false);
        }

        private void line(String line) throws IOException {
            ofLines.update(line.getBytes(StandardCharsets.UTF_8));
            ofLines.update((byte) '\n');
            ListedFile file = format.file(line);
            boolean repeated = file != null && repeats.isRepeated(file);
            read++;
            if (read > given && file != null && !repeated) {
                page.add(entry(file));
            }
            if (read == given && !givenDigest.equals(soFar())) {
                throw new Stopped(changed());
            }
            if (page.size() == PAGE_FILES) {
                give();
                listing.page(read + ":" + soFar());
            }
        }

        private String soFar() {
            try {
                return HexFormat.of().formatHex(((MessageDigest) ofLines.clone()).digest());
            } catch (CloneNotSupportedException e) {
                throw new IllegalStateException("the JDK's SHA-256 can be cloned", e);
            }
        }

        private Entry entry(ListedFile file) {
            String link = file.url();
            FileUrl from = link == null ? place.named(url, file.path()) : place.linked(url, link);
            return new Entry(
                    new SourceObject(
                            protocol.id(from),
                            file.size(),
                            FileVersion.of(file.sha256(), file.size()).text(),
                            0),
                    file.path());
        }

        private void give() throws IOException {
            List<Entry> entries = page;
            page = new ArrayList<>();
            if (firstPage && given == 0) {
                entries = sizes.of(entries);
            }
            firstPage = false;
            for (Entry entry : entries) {
                listing.object(entry.object, entry.path);
            }
        }
    }

    /// Carries a failure out of the reading of a body.
    private static final class Stopped extends IOException {
        private static final long serialVersionUID = 1L;
        private final SourceException reason;

        Stopped(SourceException reason) {
            super(reason);
            this.reason = reason;
        }
    }
}
