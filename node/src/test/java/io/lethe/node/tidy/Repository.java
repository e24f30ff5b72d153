package io.lethe.node.tidy;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;

/** The files of the tree, without what builds leave behind. */
record Repository(Path root) {
    private static final Set<String> BUILT = Set.of("target", ".git", ".lethe", ".idea");
    private static final Set<String> TEXT =
            Set.of(
                    "java",
                    "proto",
                    "xml",
                    "md",
                    "yaml",
                    "yml",
                    "sh",
                    "json",
                    "properties",
                    "service",
                    "c",
                    "h",
                    "tpl",
                    "");

    /** The root is the folder above the module in which tests run. */
    static Repository here() {
        Path root = Path.of("").toAbsolutePath().getParent();
        if (root == null || !Files.exists(root.resolve("pom.xml"))) {
            throw new IllegalStateException("run the tests in their module, not in " + root);
        }
        return new Repository(root);
    }

    String name(Path file) {
        return root.relativize(file).toString().replace('\\', '/');
    }

    /** Our Java sources, tests included. */
    List<Path> javaFiles() throws IOException {
        return files().stream()
                .filter(file -> file.toString().endsWith(".java"))
                .filter(file -> name(file).matches("(node|client|deploy)/src/.*"))
                .toList();
    }

    /** Every file that people write: sources, scripts and pages. */
    List<Path> textFiles() throws IOException {
        return files().stream().filter(file -> TEXT.contains(extension(file))).toList();
    }

    private List<Path> files() throws IOException {
        List<Path> files = new ArrayList<>();
        Files.walkFileTree(
                root,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult preVisitDirectory(
                            Path folder, BasicFileAttributes attributes) {
                        return BUILT.contains(folder.getFileName().toString())
                                ? FileVisitResult.SKIP_SUBTREE
                                : FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                        if (attributes.isRegularFile() && !BUILT.contains(fileName(file))) {
                            files.add(file);
                        }
                        return FileVisitResult.CONTINUE;
                    }
                });
        Collections.sort(files);
        return files;
    }

    private static String fileName(Path file) {
        return file.getFileName().toString();
    }

    private static String extension(Path file) {
        String name = fileName(file);
        return name.contains(".") ? name.substring(name.lastIndexOf('.') + 1) : "";
    }
}
