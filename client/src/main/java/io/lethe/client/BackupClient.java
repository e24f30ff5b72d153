package io.lethe.client;

import io.lethe.client.model.BackupCheck;
import io.lethe.client.model.BackupList;
import io.lethe.client.model.BackupStatus;
import io.lethe.proto.v1.Backup;
import io.lethe.proto.v1.BackupServiceGrpc;
import io.lethe.proto.v1.CheckBackupRequest;
import io.lethe.proto.v1.ListBackupsRequest;
import io.lethe.proto.v1.StartBackupRequest;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;

/** Copies of the metadata; for operators. Safe for any thread. */
public final class BackupClient {
    private final Wiring wiring;
    private final long allowedNanos;

    BackupClient(Wiring wiring, long allowedNanos) {
        this.wiring = wiring;
        this.allowedNanos = allowedNanos;
    }

    /**
     * Has a backup made now, in every place that is configured.
     *
     * @return when it was asked for: those that begin later are what was asked for
     */
    public Instant start() {
        return Futures.await(startAsync());
    }

    public CompletableFuture<Instant> startAsync() {
        return new UnaryCall<>(
                        wiring,
                        BackupServiceGrpc.getStartBackupMethod(),
                        allowedNanos,
                        StartBackupRequest.getDefaultInstance(),
                        answer -> Instant.ofEpochMilli(answer.getAskedMillis()))
                .run();
    }

    /** Complete backups that the node which answers can reach. */
    public BackupList list() {
        return Futures.await(listAsync());
    }

    public CompletableFuture<BackupList> listAsync() {
        return new UnaryCall<>(
                        wiring,
                        BackupServiceGrpc.getListBackupsMethod(),
                        allowedNanos,
                        ListBackupsRequest.getDefaultInstance(),
                        answer ->
                                new BackupList(
                                        answer.getBackupsList().stream()
                                                .map(BackupClient::status)
                                                .toList(),
                                        answer.getFaultsList()))
                .run();
    }

    private static BackupStatus status(Backup wire) {
        return new BackupStatus(
                wire.getPlace(),
                wire.getId(),
                wire.getMadeBy(),
                Instant.ofEpochMilli(wire.getBeganMillis()),
                Instant.ofEpochMilli(wire.getEndedMillis()),
                wire.getGroups(),
                wire.getRows(),
                wire.getBytes(),
                wire.getOutside(),
                wire.getDirectoryIndex());
    }

    /** Reads all of a backup; takes as long as that does. */
    public BackupCheck check(String id) {
        return Futures.await(checkAsync(id));
    }

    public CompletableFuture<BackupCheck> checkAsync(String id) {
        return new UnaryCall<>(
                        wiring,
                        BackupServiceGrpc.getCheckBackupMethod(),
                        allowedNanos,
                        CheckBackupRequest.newBuilder().setId(id).build(),
                        answer -> new BackupCheck(answer.getPlacesList(), answer.getFaultsList()))
                .run();
    }
}
