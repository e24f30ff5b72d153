package io.lethe.node.rpc;

import io.grpc.stub.StreamObserver;
import io.lethe.node.backup.BackupPlace;
import io.lethe.node.backup.BackupWorker;
import io.lethe.node.backup.Backups;
import io.lethe.node.backup.Manifest;
import io.lethe.node.metadata.command.DirectoryCommand;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.StoreException;
import io.lethe.proto.v1.Backup;
import io.lethe.proto.v1.BackupServiceGrpc;
import io.lethe.proto.v1.CheckBackupRequest;
import io.lethe.proto.v1.CheckBackupResponse;
import io.lethe.proto.v1.ListBackupsRequest;
import io.lethe.proto.v1.ListBackupsResponse;
import io.lethe.proto.v1.StartBackupRequest;
import io.lethe.proto.v1.StartBackupResponse;
import java.io.IOException;

/** {@code lethe.v1.BackupService}: for operators only. Safe for any thread. */
public final class BackupDoor extends BackupServiceGrpc.BackupServiceImplBase {
    private final ClusterView view;
    private final Backups backups;
    private final Requests requests;

    public BackupDoor(ClusterView view, Backups backups, Requests requests) {
        this.view = view;
        this.backups = backups;
        this.requests = requests;
    }

    private static void operatorOnly(Requests.Call call) {
        if (!call.caller().operator()) {
            throw new StoreException(
                    ErrorCode.ACCESS_DENIED, "only operators see backups; ask yours");
        }
    }

    @Override
    public void startBackup(
            StartBackupRequest request, StreamObserver<StartBackupResponse> responses) {
        requests.unary(
                "start-backup",
                responses,
                call -> {
                    operatorOnly(call);
                    if (backups.places().isEmpty()) {
                        throw new StoreException(
                                ErrorCode.INVALID_ARGUMENT,
                                "no place for backups is configured: set backup.folder or"
                                        + " backup.inStore");
                    }
                    long now = requests.tasks().clock().wallMillis();
                    view.order(
                            new DirectoryCommand.PutSetting(
                                    BackupWorker.WANTED, String.valueOf(now)),
                            call.deadlineNanos());
                    return StartBackupResponse.newBuilder()
                            .setAskedMillis(now)
                            .addAllPlaces(backups.places().stream().map(BackupPlace::name).toList())
                            .build();
                });
    }

    @Override
    public void listBackups(
            ListBackupsRequest request, StreamObserver<ListBackupsResponse> responses) {
        requests.unary(
                "list-backups",
                responses,
                call -> {
                    operatorOnly(call);
                    ListBackupsResponse.Builder answer = ListBackupsResponse.newBuilder();
                    for (BackupPlace place : backups.places()) {
                        try {
                            for (Manifest one : backups.ours(place)) {
                                answer.addBackups(row(place, one));
                            }
                        } catch (IOException | StoreException e) {
                            answer.addFaults(place.name() + ": " + e.getMessage());
                        }
                    }
                    return answer.build();
                });
    }

    private static Backup row(BackupPlace place, Manifest manifest) {
        return Backup.newBuilder()
                .setPlace(place.name())
                .setId(manifest.id().toString())
                .setMadeBy(manifest.madeBy().toString())
                .setBeganMillis(manifest.beganMillis())
                .setEndedMillis(manifest.endedMillis())
                .setGroups(manifest.groups().size())
                .setRows(manifest.rows())
                .setBytes(manifest.lengthBytes())
                .setOutside(place.outside())
                .setDirectoryIndex(manifest.groups().getLast().index())
                .build();
    }

    @Override
    public void checkBackup(
            CheckBackupRequest request, StreamObserver<CheckBackupResponse> responses) {
        requests.unary(
                "check-backup",
                responses,
                call -> {
                    operatorOnly(call);
                    CheckBackupResponse.Builder answer = CheckBackupResponse.newBuilder();
                    for (BackupPlace place : backups.places()) {
                        try {
                            for (Manifest one : backups.ours(place)) {
                                if (one.id().toString().equals(request.getId())) {
                                    answer.addPlaces(place.name());
                                    answer.addAllFaults(Backups.check(place, one));
                                }
                            }
                        } catch (IOException e) {
                            throw new StoreException(
                                    ErrorCode.UNAVAILABLE,
                                    place.name() + " can't be read: " + e.getMessage(),
                                    e);
                        }
                    }
                    if (answer.getPlacesCount() == 0) {
                        throw new StoreException(
                                ErrorCode.INVALID_ARGUMENT,
                                "there is no backup '"
                                        + request.getId()
                                        + "' that this node can reach; see 'lethe backups'");
                    }
                    return answer.build();
                });
    }
}
