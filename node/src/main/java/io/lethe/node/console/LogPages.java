package io.lethe.node.console;

import io.lethe.node.base.Bytes;
import io.lethe.node.controller.LogKeeper;
import io.lethe.node.crypto.log.HashReader;
import io.lethe.node.crypto.log.Tile;
import io.lethe.node.crypto.log.TileBytes;
import io.lethe.node.http.HttpAnswer;
import io.lethe.node.http.HttpQuestion;
import io.lethe.node.metadata.Directory;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The transparency log for everybody (C2SP tlog-tiles), below {@code /log/}: {@code checkpoint},
 * {@code tile/…}, and {@code key}, the verifier key to be compared with one that was got otherwise.
 * Any node answers, from its own copy. Safe for any thread.
 */
public final class LogPages {
    /** Where the pages are. */
    static final String PREFIX = "/log/";

    private static final String TEXT = "text/plain; charset=utf-8";
    private static final String BINARY = "application/octet-stream";

    /** What never changes may be kept for good. */
    private static final Map<String, String> FOR_GOOD =
            Map.of("cache-control", "public, max-age=31536000, immutable");

    private final Supplier<Optional<Directory>> directory;

    /**
     * @param directory empty until the node has joined
     */
    public LogPages(Supplier<Optional<Directory>> directory) {
        this.directory = directory;
    }

    HttpAnswer answer(HttpQuestion question) {
        if (!question.method().equals("GET") && !question.method().equals("HEAD")) {
            return HttpAnswer.text(405, "only GET and HEAD are answered here");
        }
        Optional<Directory> known = directory.get();
        if (known.isEmpty()) {
            return HttpAnswer.text(503, "this node has not joined its cluster yet");
        }
        String path = question.path().substring(PREFIX.length());
        return switch (path) {
            case "checkpoint" ->
                    known.get()
                            .logCheckpoint()
                            .map(note -> HttpAnswer.of(200, TEXT, note.utf8()))
                            .orElseGet(() -> HttpAnswer.text(404, "there is no checkpoint yet"));
            case "key" ->
                    LogKeeper.verifierKey(known.get())
                            .map(one -> HttpAnswer.text(200, one.text()))
                            .orElseGet(() -> HttpAnswer.text(404, "the log has no key yet"));
            default ->
                    Tile.parse(path)
                            .flatMap(tile -> tile(known.get(), tile))
                            .orElseGet(() -> HttpAnswer.text(404, "the log has no such tile"));
        };
    }

    private static Optional<HttpAnswer> tile(Directory directory, Tile tile) {
        if (!tile.isIn(directory.log().size())) {
            return Optional.empty();
        }
        Bytes bytes =
                switch (tile) {
                    case Tile.Hashes hashes -> hashes(directory, hashes);
                    case Tile.Entries entries -> entries(directory, entries);
                };
        return Optional.of(new HttpAnswer(200, BINARY, bytes, FOR_GOOD));
    }

    private static Bytes hashes(Directory directory, Tile.Hashes tile) {
        HashReader stored =
                subtree ->
                        directory
                                .logHash(tile.level(), subtree.index())
                                .orElseThrow(
                                        () ->
                                                new IllegalStateException(
                                                        subtree + " is in no row of the log"));
        return TileBytes.hashes(tile, stored);
    }

    private static Bytes entries(Directory directory, Tile.Entries tile) {
        long first = tile.index() * Tile.WIDTH;
        List<Bytes> leaves = directory.logLeaves(first, tile.width());
        return TileBytes.entries(tile, number -> leaves.get((int) (number - first)));
    }
}
