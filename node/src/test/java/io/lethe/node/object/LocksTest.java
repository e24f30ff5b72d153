package io.lethe.node.object;

import static io.lethe.node.object.ObjectWorld.CALLER;
import static io.lethe.node.object.ObjectWorld.LOCKED;
import static io.lethe.node.object.ObjectWorld.VERSIONED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.task.Promise;
import io.lethe.node.metadata.command.Condition;
import io.lethe.node.metadata.command.PartitionCommand.LockChange;
import io.lethe.node.model.BucketLock;
import io.lethe.node.model.BucketLock.Mode;
import io.lethe.node.model.BucketRecord.Versioning;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.Id128;
import io.lethe.node.model.Protection;
import io.lethe.node.model.StoreException;
import io.lethe.node.model.WriteId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Object Lock from the doors' side. */
class LocksTest {
    private static final Attributes ATTRIBUTES = new Attributes("text/plain", Map.of(), Map.of());
    private static final Protection FOREVER =
            new Protection(Mode.COMPLIANCE, Protection.MOST_UNTIL_MILLIS, false);
    private static final int RACES = 40;

    private final ObjectWorld world = new ObjectWorld();
    private int ids;

    @BeforeEach
    void lock() throws InterruptedException {
        world.buckets.setLock(CALLER, LOCKED, BucketLock.WITHOUT_DEFAULT, world.deadline());
    }

    private WriteId id() {
        return new WriteId(new Id128(9, ++ids));
    }

    private ObjectInfo put(String bucket, Protection protection) throws InterruptedException {
        return world.objects.put(
                CALLER,
                new PutRequest(
                        id(),
                        bucket,
                        "key",
                        "",
                        ATTRIBUTES,
                        new Condition.Always(),
                        null,
                        null,
                        protection,
                        null),
                ObjectWorld.body(new byte[10]),
                world.deadline());
    }

    private void delete(String bucket, String version, boolean bypass) throws InterruptedException {
        var _ =
                world.objects.delete(
                        CALLER,
                        new Objects.DeleteRequest(
                                id(), bucket, "key", version, new Condition.Always(), bypass),
                        world.deadline());
    }

    private void retain(String bucket, String version, Protection to) throws InterruptedException {
        world.objects.setLock(
                CALLER,
                bucket,
                "key",
                version,
                new LockChange.Retain(to.mode(), to.untilMillis()),
                false,
                world.deadline());
    }

    private interface Call {
        void run() throws InterruptedException;
    }

    private static @Nullable ErrorCode code(Call call) {
        StoreException thrown = catchThrowableOfType(StoreException.class, call::run);
        return thrown == null ? null : thrown.code();
    }

    @Test
    void whatIsPutUnderALockStays() throws InterruptedException {
        ObjectInfo info = put(LOCKED, FOREVER);
        assertThat(code(() -> delete(LOCKED, info.versionId(), true)))
                .isEqualTo(ErrorCode.ACCESS_DENIED);
        delete(LOCKED, "", false);
        assertThat(
                        world.objects
                                .head(CALLER, LOCKED, "key", info.versionId(), world.deadline())
                                .protection())
                .isEqualTo(FOREVER);
    }

    @Test
    void onlyABucketWithObjectLockLocks() throws InterruptedException {
        assertThat(code(() -> put(VERSIONED, FOREVER))).isEqualTo(ErrorCode.INVALID_REQUEST);
        ObjectInfo info = put(VERSIONED, Protection.NONE);
        assertThat(code(() -> retain(VERSIONED, info.versionId(), FOREVER)))
                .isEqualTo(ErrorCode.INVALID_REQUEST);
        assertThat(
                        code(
                                () ->
                                        world.buckets.setLock(
                                                CALLER,
                                                ObjectWorld.PLAIN,
                                                BucketLock.WITHOUT_DEFAULT,
                                                world.deadline())))
                .isEqualTo(ErrorCode.INVALID_BUCKET_STATE);
        assertThat(
                        code(
                                () ->
                                        world.buckets.setVersioning(
                                                CALLER,
                                                LOCKED,
                                                Versioning.SUSPENDED,
                                                world.deadline())))
                .isEqualTo(ErrorCode.INVALID_BUCKET_STATE);
    }

    @Test
    void theDefaultIsOfPutsAndUploads() throws InterruptedException {
        world.buckets.setLock(
                CALLER, LOCKED, new BucketLock(Mode.GOVERNANCE, 2, 0), world.deadline());
        String put = put(LOCKED, Protection.NONE).versionId();
        Uploads uploads = world.objects.uploads();
        Uploads.UploadInfo upload =
                uploads.create(
                        CALLER,
                        new Uploads.CreateRequest(id(), LOCKED, "key", "", ATTRIBUTES, Bytes.EMPTY),
                        world.deadline());
        Uploads.PartInfo part =
                uploads.putPart(
                        CALLER,
                        new Uploads.PartRequest(
                                LOCKED, "key", upload.uploadId(), 1, null, null, () -> Bytes.EMPTY),
                        ObjectWorld.body(new byte[5_000]),
                        world.deadline());
        ObjectInfo completed =
                uploads.complete(
                        CALLER,
                        new Uploads.CompleteRequest(
                                LOCKED,
                                "key",
                                upload.uploadId(),
                                List.of(new Uploads.PartClaim(1, part.etag(), Bytes.EMPTY)),
                                new Condition.Always(),
                                null),
                        world.deadline());
        for (String version : List.of(put, completed.versionId())) {
            ObjectInfo info = world.objects.head(CALLER, LOCKED, "key", version, world.deadline());
            assertThat(info.protection())
                    .isEqualTo(
                            new Protection(
                                    Mode.GOVERNANCE,
                                    info.createdMillis() + Duration.ofDays(2).toMillis(),
                                    false));
            assertThat(code(() -> delete(LOCKED, version, false)))
                    .isEqualTo(ErrorCode.ACCESS_DENIED);
            delete(LOCKED, version, true);
        }
    }

    private void hold(String version, boolean on) throws InterruptedException {
        world.objects.setLock(
                CALLER, LOCKED, "key", version, new LockChange.Hold(on), false, world.deadline());
    }

    @Test
    void aChangeWhoseAnswerIsLostUndoesNoneThatCameLater() throws InterruptedException {
        String version = put(LOCKED, Protection.NONE).versionId();
        world.metadata.loseAnswer(() -> assertThat(code(() -> hold(version, false))).isNull());
        hold(version, true);
        assertThat(
                        world.objects
                                .head(CALLER, LOCKED, "key", version, world.deadline())
                                .protection()
                                .hold())
                .isFalse();
    }

    @Test
    void aDeleteMarkerIsToldFromWhatIsNotThere() throws InterruptedException {
        put(LOCKED, Protection.NONE);
        delete(LOCKED, "", false);
        MarkedDeleted current = catchThrowableOfType(MarkedDeleted.class, () -> hold("", true));
        assertThat(current.code()).isEqualTo(ErrorCode.NO_SUCH_KEY);
        assertThat(current.named()).isFalse();
        MarkedDeleted named =
                catchThrowableOfType(MarkedDeleted.class, () -> hold(current.versionId(), true));
        assertThat(named.code()).isEqualTo(ErrorCode.NO_SUCH_VERSION);
        assertThat(named.named()).isTrue();
        assertThat(named.versionId()).isEqualTo(current.versionId());
        StoreException none =
                catchThrowableOfType(StoreException.class, () -> hold("000000000000abcd", true));
        assertThat(none)
                .isNotInstanceOf(MarkedDeleted.class)
                .extracting(StoreException::code)
                .isEqualTo(ErrorCode.NO_SUCH_VERSION);
    }

    @Test
    void ofALockAndADeleteAtOnceExactlyOneComesTrue() throws Exception {
        int locked = 0;
        for (int race = 0; race < RACES; race++) {
            String version = put(LOCKED, Protection.NONE).versionId();
            Promise<Boolean> lock = racer("lock", () -> retain(LOCKED, version, FOREVER));
            Promise<Boolean> delete = racer("delete", () -> delete(LOCKED, version, false));
            boolean isLocked = lock.await(world.deadline());
            boolean isDeleted = delete.await(world.deadline());
            assertThat(isLocked).as("race %s", race).isNotEqualTo(isDeleted);
            ErrorCode now =
                    code(
                            () -> {
                                var _ =
                                        world.objects.head(
                                                CALLER, LOCKED, "key", version, world.deadline());
                            });
            assertThat(now).isEqualTo(isLocked ? null : ErrorCode.NO_SUCH_VERSION);
            locked += isLocked ? 1 : 0;
        }
        assertThat(locked).isBetween(0, RACES);
    }

    /** Whether it succeeded. */
    private Promise<Boolean> racer(String name, Call call) {
        Promise<Boolean> promise = world.tasks.promise();
        world.tasks.fork(name, () -> promise.complete(code(call) == null));
        return promise;
    }
}
