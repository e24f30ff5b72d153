package io.lethe.node.backup;

import io.lethe.node.base.nativeio.NativeFiles;
import java.io.IOException;
import java.nio.file.Path;

/** Of a file system that other machines share: overwriting a file there proves nothing. */
public final class SharedFiles implements NativeFiles {
    @Override
    public boolean punchHole(Path file, long offset, long lengthBytes) {
        return false;
    }

    @Override
    public DirectFile openDirect(Path file) throws IOException {
        return NativeFiles.real().openDirect(file);
    }

    @Override
    public InPlace inPlace(Path directory) {
        return new InPlace("nfs", "nfs is not known to overwrite in place");
    }
}
