package dev.cistern.test.docs;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The files of the project, without build output.
///
/// @param root of the project
/// @param files relative to it
record Project(Path root, List<Path> files) {
    private static final Pattern IDENTIFIER = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
    private static final Pattern SOURCE =
            Pattern.compile(
                    ".*\\.(java|go|proto|sh|py|xml|ya?ml|json|options|mod)|[^.]+|.*/Makefile");

    /// The project that this test is part of.
    static Project here() throws IOException {
        Path root = Path.of("..").toRealPath();
        List<Path> files = new ArrayList<>();
        Files.walkFileTree(
                root,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult preVisitDirectory(
                            Path directory, BasicFileAttributes attributes) {
                        return made(directory)
                                ? FileVisitResult.SKIP_SUBTREE
                                : FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                        files.add(root.relativize(file));
                        return FileVisitResult.CONTINUE;
                    }
                });
        return new Project(root, files);
    }

    /// A package may also be named `target`.
    private static boolean made(Path directory) {
        String name = String.valueOf(directory.getFileName());
        return name.equals(".git")
                || name.equals("target") && Files.exists(directory.resolveSibling("pom.xml"));
    }

    /// All pages.
    List<Path> pages() {
        return files.stream().filter(file -> file.toString().endsWith(".md")).toList();
    }

    String read(Path file) throws IOException {
        return Files.readString(root.resolve(file));
    }

    boolean has(Path file) {
        return Files.exists(root.resolve(file));
    }

    /// All identifiers in the sources.
    Set<String> identifiers() throws IOException {
        Set<String> words = new HashSet<>();
        for (Path file : files) {
            if (SOURCE.matcher(file.toString()).matches()) {
                Matcher word = IDENTIFIER.matcher(read(file));
                while (word.find()) {
                    words.add(word.group());
                }
            }
        }
        return words;
    }
}
