package io.lethe.node.backup;

import io.lethe.node.backup.BackupFile.Header;
import io.lethe.node.backup.BackupFile.Kind;
import io.lethe.node.base.Bytes;
import io.lethe.node.crypto.Envelope;
import io.lethe.node.crypto.KeyBytes;
import io.lethe.node.crypto.Purpose;
import io.lethe.node.metadata.MetadataResponse.Exported;
import io.lethe.node.metadata.MetadataResponse.Piece;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.Id128;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One group's state on its way into a backup: its keys first, sealed, then its rows; all as of one
 * index. One task.
 */
final class GroupExport {
    /** For one piece: a MiB from a node that is busy. */
    private static final long PIECE_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final BackupPorts ports;
    private final GroupId group;
    private final Id128 id;
    private @Nullable Exported ahead;
    private final long index;
    private final long term;
    private long sealed;

    private GroupExport(BackupPorts ports, GroupId group, Id128 id, Exported first) {
        this.ports = ports;
        this.group = group;
        this.id = id;
        ahead = first;
        index = first.index();
        term = first.term();
    }

    static GroupExport begin(BackupPorts ports, GroupId group) throws InterruptedException {
        Id128 id = Id128.random(ports.random());
        return new GroupExport(
                ports, group, id, ports.metadata().export(group, id, deadline(ports)));
    }

    private static long deadline(BackupPorts ports) {
        return ports.tasks().clock().nanos() + PIECE_NANOS;
    }

    Header header(Kind kind, Id128 cluster, Id128 backup) {
        return new Header(kind, cluster, backup, group, index, term);
    }

    Manifest.Group described(Manifest.Part rows, Manifest.Part keys) {
        return new Manifest.Group(group, index, term, rows, keys);
    }

    /** The keys, each piece sealed; before the rows are asked for. */
    FileContent.Pieces keys(KeyBytes key) {
        return () -> {
            Exported piece = take(Piece.KEYS);
            if (piece == null) {
                return null;
            }
            Bytes body =
                    Envelope.seal(
                            key,
                            Purpose.BACKUP_KEYS,
                            BackupFile.sealOf(group, sealed++),
                            piece.piece().toArray(),
                            ports.random());
            return new FileContent.Piece(piece.items(), body.toArray());
        };
    }

    FileContent.Pieces rows() {
        return () -> {
            Exported piece = take(Piece.ROWS);
            return piece == null
                    ? null
                    : new FileContent.Piece(piece.items(), piece.piece().toArray());
        };
    }

    private @Nullable Exported take(Piece kind) throws InterruptedException {
        Exported piece = ahead;
        if (piece == null || piece.kind() != kind) {
            return null;
        }
        ports.pace().take(piece.piece().length());
        ahead =
                piece.cursor().isEmpty()
                        ? null
                        : ports.metadata().export(group, id, piece, deadline(ports));
        return piece;
    }
}
