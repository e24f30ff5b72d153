package io.lethe.fake;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.lethe.proto.v1.Backup;
import io.lethe.proto.v1.BackupServiceGrpc;
import io.lethe.proto.v1.CheckBackupRequest;
import io.lethe.proto.v1.CheckBackupResponse;
import io.lethe.proto.v1.ListBackupsRequest;
import io.lethe.proto.v1.ListBackupsResponse;
import io.lethe.proto.v1.StartBackupRequest;
import io.lethe.proto.v1.StartBackupResponse;

/** One backup, and one more for whoever asks; the first of them is damaged. */
final class FakeBackups extends BackupServiceGrpc.BackupServiceImplBase {
    private static final String FIRST = "00000000000000010000000000000001";
    private static final String SECOND = "00000000000000020000000000000001";

    private final Faults faults;
    private volatile boolean asked;

    FakeBackups(Faults faults) {
        this.faults = faults;
    }

    @Override
    public void startBackup(StartBackupRequest q, StreamObserver<StartBackupResponse> observer) {
        FakeBuckets.answer(
                faults,
                "StartBackup",
                true,
                observer,
                () -> {
                    asked = true;
                    return StartBackupResponse.newBuilder()
                            .setAskedMillis(1_750_000_000_000L)
                            .build();
                });
    }

    private static Backup backup(String id) {
        return Backup.newBuilder()
                .setPlace("/backups")
                .setId(id)
                .setMadeBy("node-0")
                .setBeganMillis(1_750_000_000_000L)
                .setEndedMillis(1_750_000_060_000L)
                .setGroups(9)
                .setRows(1_234)
                .setBytes(5_678)
                .setOutside(true)
                .setDirectoryIndex(42)
                .build();
    }

    @Override
    public void listBackups(ListBackupsRequest q, StreamObserver<ListBackupsResponse> observer) {
        FakeBuckets.answer(
                faults,
                "ListBackups",
                false,
                observer,
                () -> {
                    ListBackupsResponse.Builder answer =
                            ListBackupsResponse.newBuilder().addBackups(backup(FIRST));
                    if (asked) {
                        answer.addBackups(backup(SECOND));
                    }
                    return answer.build();
                });
    }

    @Override
    public void checkBackup(CheckBackupRequest q, StreamObserver<CheckBackupResponse> observer) {
        FakeBuckets.answer(
                faults,
                "CheckBackup",
                false,
                observer,
                () -> {
                    CheckBackupResponse.Builder answer =
                            CheckBackupResponse.newBuilder().addPlaces("/backups");
                    return switch (q.getId()) {
                        case FIRST -> answer.addFaults("partition-1.rows: cut short").build();
                        case SECOND -> answer.build();
                        default ->
                                throw Refusal.of(
                                        Status.Code.INVALID_ARGUMENT,
                                        "INVALID_ARGUMENT",
                                        "there is no backup '" + q.getId() + "'");
                    };
                });
    }
}
