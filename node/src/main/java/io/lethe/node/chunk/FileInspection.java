package io.lethe.node.chunk;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;

/**
 * Notices data files that somebody removed or cut, and puts their chunks on the list of damaged
 * ones, from where repair takes them. Safe for any platform thread.
 */
final class FileInspection {
    private final DeviceParts parts;

    FileInspection(DeviceParts parts) {
        this.parts = parts;
    }

    void run() {
        for (DataFile file : parts.files().all()) {
            inspect(file);
        }
    }

    private void inspect(DataFile file) {
        long size;
        try {
            size = file.missing() ? 0 : Files.size(file.path());
        } catch (NoSuchFileException e) {
            if (parts.files().find(file.number()) == null) {
                return;
            }
            file.markMissing();
            size = 0;
        } catch (IOException e) {
            throw parts.health().failed("the size of " + file.path() + " cannot be read", e);
        }
        long present = size;
        String reason = file.missing() ? "its data file is missing" : "its data file was truncated";
        parts.index()
                .placedBack(
                        file.number(),
                        placed -> {
                            if (placed.dataEnd() <= present) {
                                return false;
                            }
                            parts.damage().mark(placed.key(), parts.nowMillis(), reason);
                            return true;
                        });
    }
}
