package dev.cistern.populate.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cistern.populate.testing.Archives;
import dev.cistern.populate.testing.Archives.Tar;
import dev.cistern.populate.wire.ArchiveFormat;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.apache.commons.compress.archivers.zip.Zip64Mode;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArchiveReaderTest {
    private static final long MEMORY = 64L << 20;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    private static Map<String, String> read(ArchiveFormat format, byte[] archive)
            throws IOException {
        Map<String, String> all = new LinkedHashMap<>();
        try (ArchiveReader reader =
                ArchiveReader.open(format, new ByteArrayInputStream(archive), MEMORY)) {
            byte[] buffer = new byte[777];
            for (ArchiveEntry entry = reader.next(); entry != null; entry = reader.next()) {
                ByteArrayOutputStream content = new ByteArrayOutputStream();
                for (int read = reader.read(buffer, 0, buffer.length);
                        read >= 0;
                        read = reader.read(buffer, 0, buffer.length)) {
                    content.write(buffer, 0, read);
                }
                all.put(entry.name(), entry.kind() + " " + content);
            }
        }
        return all;
    }

    private static void bad(ArchiveFormat format, byte[] archive, String words) {
        assertThatThrownBy(() -> read(format, archive))
                .isInstanceOf(BadArchiveException.class)
                .hasMessageContaining(words);
    }

    private static byte[] plain() {
        return new Tar().directory("d").file("d/a", "one").file("é", "two").file("e", "").bytes();
    }

    @Test
    void tarIsReadPackedOrNot() throws Exception {
        Map<String, String> expected = new LinkedHashMap<>();
        expected.put("d/", "DIRECTORY ");
        expected.put("d/a", "FILE one");
        expected.put("é", "FILE two");
        expected.put("e", "FILE ");
        assertThat(read(ArchiveFormat.TAR, plain())).isEqualTo(expected);
        assertThat(read(ArchiveFormat.TAR_GZIP, Archives.gzip(plain()))).isEqualTo(expected);
        assertThat(read(ArchiveFormat.TAR_ZSTD, Archives.zstd(plain()))).isEqualTo(expected);
    }

    @Test
    void severalMembersOfGzipAreOneStream() throws Exception {
        byte[] tar = plain();
        ByteArrayOutputStream parts = new ByteArrayOutputStream();
        for (int at = 0; at < tar.length; at += 600) {
            parts.write(Archives.gzip(Arrays.copyOfRange(tar, at, Math.min(tar.length, at + 600))));
        }
        assertThat(read(ArchiveFormat.TAR_GZIP, parts.toByteArray())).hasSize(4);
        ByteArrayOutputStream frames = new ByteArrayOutputStream();
        for (int at = 0; at < tar.length; at += 600) {
            frames.write(
                    Archives.zstd(Arrays.copyOfRange(tar, at, Math.min(tar.length, at + 600))));
        }
        assertThat(read(ArchiveFormat.TAR_ZSTD, frames.toByteArray())).hasSize(4);
    }

    @Test
    void everyKindOfEntryIsTold() throws Exception {
        byte[] tar =
                new Tar()
                        .special("s", TarConstants.LF_SYMLINK, "/etc/passwd")
                        .special("h", TarConstants.LF_LINK, "s")
                        .special("c", TarConstants.LF_CHR, "")
                        .special("b", TarConstants.LF_BLK, "")
                        .special("p", TarConstants.LF_FIFO, "")
                        .special("x", (byte) 'V', "")
                        .bytes();
        assertThat(read(ArchiveFormat.TAR, tar).values())
                .containsExactly(
                        "SYMBOLIC_LINK ", "HARD_LINK ", "DEVICE ", "DEVICE ", "PIPE ", "OTHER ");
    }

    /// What the tar of the system writes in each of its formats: long names, a sparse file, names beyond ASCII.
    @Test
    void whatTarItselfWritesIsRead() throws Exception {
        Path tree = Files.createDirectories(directory.resolve("tree"));
        String name = "n".repeat(120) + "/" + "m".repeat(120) + "/é";
        Files.createDirectories(tree.resolve(name).getParent());
        Files.writeString(tree.resolve(name), "long");
        byte[] sparse = new byte[3 << 20];
        sparse[2 << 20] = 'x';
        try (var channel =
                Files.newByteChannel(
                        tree.resolve("sparse"),
                        java.nio.file.StandardOpenOption.CREATE_NEW,
                        java.nio.file.StandardOpenOption.WRITE,
                        java.nio.file.StandardOpenOption.SPARSE)) {
            channel.position(2 << 20);
            channel.write(java.nio.ByteBuffer.wrap(new byte[] {'x'}));
            channel.position((3 << 20) - 1);
            channel.write(java.nio.ByteBuffer.wrap(new byte[] {0}));
        }
        for (String format : new String[] {"gnu", "pax", "oldgnu"}) {
            Path tar = directory.resolve(format + ".tar");
            Process process =
                    new ProcessBuilder(
                                    "tar",
                                    "--format=" + format,
                                    "--sparse",
                                    "-C",
                                    tree.toString(),
                                    "-cf",
                                    tar.toString(),
                                    ".")
                            .inheritIO()
                            .start();
            assertThat(process.waitFor()).isZero();
            Map<String, String> all = read(ArchiveFormat.TAR, Files.readAllBytes(tar));
            assertThat(all).as(format).containsEntry("./" + name, "FILE long");
            assertThat(all.get("./sparse"))
                    .as(format)
                    .isEqualTo("FILE " + new String(sparse, StandardCharsets.ISO_8859_1));
        }
    }

    @Test
    void whatIsDamagedIsNeverTaken() {
        byte[] random = new byte[100_000];
        new Random(1).nextBytes(random);
        byte[] tar = new Tar().file("a", random).file("b", "end").bytes();
        for (Map.Entry<ArchiveFormat, byte[]> whole :
                Map.of(
                                ArchiveFormat.TAR_GZIP,
                                Archives.gzip(tar),
                                ArchiveFormat.TAR_ZSTD,
                                Archives.zstd(tar))
                        .entrySet()) {
            byte[] bytes = whole.getValue();
            bad(whole.getKey(), Arrays.copyOf(bytes, bytes.length - 5), "cannot be read as");
            bad(whole.getKey(), Arrays.copyOf(bytes, bytes.length / 2), "cannot be read as");
            bad(whole.getKey(), random, "cannot be read as");
        }
        byte[] flipped = Archives.gzip(tar);
        flipped[flipped.length / 2] ^= 1;
        bad(ArchiveFormat.TAR_GZIP, flipped, "cannot be read as");
        bad(ArchiveFormat.TAR, Arrays.copyOf(tar, 50_000), "cannot be read as tar");
        bad(ArchiveFormat.TAR, Archives.gzip(tar), "cannot be read as tar");
        bad(ArchiveFormat.ZIP, tar, "cannot be read as zip");
        bad(ArchiveFormat.ZIP, new byte[0], "cannot be read as zip");
    }

    /// A program that is killed while it writes, and a packer behind it that ends properly.
    @Test
    void aTarThatWasCutOffBetweenTwoEntriesIsNotTakenForTheWhole() throws Exception {
        byte[] tar = new Tar().file("a", "one").file("zeros", new byte[700]).file("b", "x").bytes();
        for (int end : new int[] {0, 1024, 1024 + 1536, 1024 + 1536 + 1024}) {
            byte[] part = Arrays.copyOf(tar, end);
            bad(ArchiveFormat.TAR, part, "cut off, or never finished");
            bad(ArchiveFormat.TAR_GZIP, Archives.gzip(part), "cut off, or never finished");
            bad(ArchiveFormat.TAR_ZSTD, Archives.zstd(part), "cut off, or never finished");
        }
        // One block is what GNU tar calls lone, and takes.
        assertThat(read(ArchiveFormat.TAR, Arrays.copyOf(tar, 1024 + 1536 + 1024 + 512)))
                .hasSize(3);
        assertThat(read(ArchiveFormat.TAR, new byte[1024])).isEmpty();
    }

    @Test
    void aNameWithoutEndIsRefusedBeforeItFillsTheMemory() throws Exception {
        // A long name of GNU tar that says it has 8 GiB.
        byte[] header = new byte[512];
        System.arraycopy("././@LongLink".getBytes(StandardCharsets.US_ASCII), 0, header, 0, 13);
        header[124] = (byte) 0x80;
        header[131] = 2;
        header[156] = 'L';
        Arrays.fill(header, 148, 156, (byte) ' ');
        int sum = 0;
        for (byte b : header) {
            sum += b & 0xff;
        }
        System.arraycopy(
                String.format("%06o\0 ", sum).getBytes(StandardCharsets.US_ASCII),
                0,
                header,
                148,
                8);
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.write(header);
        all.write(new byte[4 << 20]);
        bad(ArchiveFormat.TAR, all.toByteArray(), "longer than any name");
    }

    @Test
    void aWindowThatNeedsTooMuchMemoryIsRefused() {
        byte[] random = new byte[9 << 20];
        new Random(1).nextBytes(random);
        byte[] packed = Archives.zstd(new Tar().file("a", random).bytes(), 27);
        assertThatThrownBy(
                        () ->
                                ArchiveReader.open(
                                                ArchiveFormat.TAR_ZSTD,
                                                new ByteArrayInputStream(packed),
                                                8 << 20)
                                        .next())
                .isInstanceOf(BadArchiveException.class);
    }

    @Test
    void zipIsReadFromFrontToBack() throws Exception {
        Map<String, String> expected = new LinkedHashMap<>();
        expected.put("d/", "FILE ");
        expected.put("d/a", "FILE one");
        expected.put("é", "FILE " + "two".repeat(100_000));
        Map<String, String> read =
                read(
                        ArchiveFormat.ZIP,
                        Archives.zip("d/", "", "d/a", "one", "é", "two".repeat(100_000)));
        expected.put("d/", "DIRECTORY ");
        assertThat(read).isEqualTo(expected);
    }

    private static byte[] zip(int mode, int method, Zip64Mode wide, String name)
            throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipArchiveOutputStream zip = new ZipArchiveOutputStream(out)) {
            zip.setUseZip64(wide);
            ZipArchiveEntry entry = new ZipArchiveEntry(name);
            entry.setUnixMode(mode);
            entry.setMethod(method);
            byte[] content = "/etc/passwd".getBytes(StandardCharsets.UTF_8);
            if (method == ZipArchiveEntry.STORED) {
                java.util.zip.CRC32 crc = new java.util.zip.CRC32();
                crc.update(content);
                entry.setSize(content.length);
                entry.setCrc(crc.getValue());
            }
            zip.putArchiveEntry(entry);
            zip.write(content);
            zip.closeArchiveEntry();
        }
        return out.toByteArray();
    }

    @Test
    void zipOfEveryWidthAndMethodIsRead() throws Exception {
        for (Zip64Mode wide : new Zip64Mode[] {Zip64Mode.Never, Zip64Mode.Always}) {
            for (int method : new int[] {ZipArchiveEntry.STORED, ZipArchiveEntry.DEFLATED}) {
                assertThat(read(ArchiveFormat.ZIP, zip(0100644, method, wide, "x")))
                        .as(wide + " " + method)
                        .containsOnly(Map.entry("x", "FILE /etc/passwd"));
            }
        }
    }

    @Test
    void aLinkInAZipIsToldByItsDirectory() throws Exception {
        bad(
                ArchiveFormat.ZIP,
                zip(0120777, ZipArchiveEntry.DEFLATED, Zip64Mode.Never, "link"),
                "entry \"link\" is a symbolic link");
    }

    @Test
    void whatIsDamagedInAZipIsNeverTaken() throws Exception {
        byte[] random = new byte[10_000];
        new Random(1).nextBytes(random);
        byte[] zip = Archives.zip("a", new String(random, StandardCharsets.ISO_8859_1), "b", "x");
        for (int at : new int[] {60, 5_000, 9_000}) {
            byte[] flipped = zip.clone();
            flipped[at] ^= 1;
            assertThatThrownBy(() -> read(ArchiveFormat.ZIP, flipped))
                    .isInstanceOf(BadArchiveException.class);
        }
        bad(ArchiveFormat.ZIP, Arrays.copyOf(zip, zip.length / 2), "zip");
        // Its directory is another archive's.
        byte[] other = Archives.zip("c", "x");
        ByteArrayOutputStream two = new ByteArrayOutputStream();
        two.write(zip, 0, directoryAt(zip));
        two.write(other, directoryAt(other), other.length - directoryAt(other));
        bad(ArchiveFormat.ZIP, two.toByteArray(), "two programs would read two archives");
        byte[] encrypted = Archives.zip("a", "x");
        encrypted[6] |= 1;
        bad(ArchiveFormat.ZIP, encrypted, "is encrypted");
    }

    private static int directoryAt(byte[] zip) {
        for (int i = 0; i < zip.length - 4; i++) {
            if (zip[i] == 'P' && zip[i + 1] == 'K' && zip[i + 2] == 1 && zip[i + 3] == 2) {
                return i;
            }
        }
        throw new IllegalArgumentException("no directory");
    }
}
