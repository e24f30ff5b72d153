package io.lethe.node.object;

import static io.lethe.node.object.ObjectWorld.CALLER;
import static io.lethe.node.object.ObjectWorld.PLAIN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.Directory;
import io.lethe.node.metadata.command.Condition;
import io.lethe.node.metadata.command.PartitionCommand;
import io.lethe.node.metadata.command.PartitionCommand.DeleteBatch;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.metadata.command.PartitionReply.DeleteBatchDone;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.FeatureLevels;
import io.lethe.node.model.Id128;
import io.lethe.node.model.Protection;
import io.lethe.node.model.StoreException;
import io.lethe.node.model.WriteId;
import io.lethe.node.object.Objects.Outcome;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Many deletes at once. */
class DeletionsTest {
    private static final int MANY = 150;

    private final ObjectWorld world = new ObjectWorld();
    private int ids;

    /** A partition that decides only every other delete of a batch. */
    private final class Picky extends ForwardingMetadata {
        private final AtomicInteger batches = new AtomicInteger();
        private final AtomicInteger singles = new AtomicInteger();
        private volatile @Nullable PartitionReply others;
        private volatile @Nullable ErrorCode failure;

        Picky() {
            super(world.metadata);
        }

        @Override
        public PartitionReply execute(
                Bytes rowKey, PartitionCommand command, long checkedAt, long deadlineNanos)
                throws InterruptedException {
            PartitionReply other = others;
            ErrorCode code = failure;
            if (!(command instanceof DeleteBatch batch)) {
                singles.incrementAndGet();
                return super.execute(rowKey, command, checkedAt, deadlineNanos);
            }
            batches.incrementAndGet();
            if (code != null) {
                throw new StoreException(code, "no leader");
            }
            if (other == null) {
                return super.execute(rowKey, command, checkedAt, deadlineNanos);
            }
            List<PartitionReply> replies = new ArrayList<>();
            for (int i = 0; i < batch.deletes().size(); i++) {
                replies.add(
                        i % 2 == 0
                                ? other
                                : super.execute(
                                        rowKey, batch.deletes().get(i), checkedAt, deadlineNanos));
            }
            return new DeleteBatchDone(replies);
        }
    }

    private final Picky metadata = new Picky();
    private final Objects objects = at(FeatureLevels.DELETE_BATCHES);

    /** Objects of a cluster at this level; the rest is as it is in the world. */
    private Objects at(int level) {
        ObjectPorts ports = world.ports;
        Object directory =
                Proxy.newProxyInstance(
                        Directory.class.getClassLoader(),
                        new Class<?>[] {Directory.class},
                        (_, method, arguments) ->
                                method.getName().equals("featureLevel")
                                        ? level
                                        : method.invoke(ports.directory(), arguments));
        return new Objects(
                new ObjectPorts(
                        ports.tasks(),
                        ports.random(),
                        Directory.class.cast(directory),
                        metadata,
                        ports.peers(),
                        ports.tickets(),
                        ports.keys(),
                        ports.lease(),
                        ports.codecs(),
                        ports.meters(),
                        ports.settings(),
                        ports.notes()));
    }

    private void put(String key) throws InterruptedException {
        byte[] bytes = new byte[10];
        var _ =
                world.objects.put(
                        CALLER,
                        new PutRequest(
                                new WriteId(new Id128(9, ++ids)),
                                PLAIN,
                                key,
                                "",
                                new Attributes("text/plain", Map.of(), Map.of()),
                                new Condition.Always(),
                                null,
                                null,
                                Protection.NONE,
                                null),
                        ObjectWorld.body(bytes),
                        world.deadline());
    }

    private Objects.DeleteRequest request(String key, String version) {
        return new Objects.DeleteRequest(
                new WriteId(new Id128(9, ++ids)), PLAIN, key, version, new Condition.Always());
    }

    /** As many, each of which is there. */
    private List<Objects.DeleteRequest> many() throws InterruptedException {
        List<Objects.DeleteRequest> requests = new ArrayList<>();
        for (int i = 0; i < MANY; i++) {
            put("key-" + i);
            requests.add(request("key-" + i, ""));
        }
        return requests;
    }

    private List<Outcome> delete(List<Objects.DeleteRequest> requests) throws InterruptedException {
        return objects.deleteAll(CALLER, PLAIN, requests, world.deadline());
    }

    private static ErrorCode failure(Outcome outcome) {
        return ((Outcome.Failed) outcome).failure().code();
    }

    private void allGone() {
        for (int i = 0; i < MANY; i++) {
            String key = "key-" + i;
            StoreException none =
                    catchThrowableOfType(
                            StoreException.class,
                            () -> world.objects.head(CALLER, PLAIN, key, "", world.deadline()));
            assertThat(none.code()).as(key).isEqualTo(ErrorCode.NO_SUCH_KEY);
        }
    }

    @Test
    void manyAreDeletedByFewCommandsAndEachHasAnOutcome() throws Exception {
        List<Objects.DeleteRequest> requests = many();
        requests.add(3, request("", ""));
        requests.add(70, request("key", "no version"));
        requests.add(request("never there", ""));
        List<Outcome> outcomes = delete(requests);
        assertThat(outcomes).hasSameSizeAs(requests);
        assertThat(failure(outcomes.remove(70))).isEqualTo(ErrorCode.INVALID_ARGUMENT);
        assertThat(failure(outcomes.remove(3))).isEqualTo(ErrorCode.INVALID_ARGUMENT);
        assertThat(((Outcome.Deleted) outcomes.removeLast()).deletion().versionId()).isEmpty();
        assertThat(outcomes)
                .allSatisfy(
                        one ->
                                assertThat(((Outcome.Deleted) one).deletion().versionId())
                                        .isEqualTo("null"));
        assertThat(metadata.batches).hasValue(3);
        assertThat(metadata.singles).hasValue(0);
        allGone();
    }

    private void deletedByThemselves(PartitionReply others) throws InterruptedException {
        metadata.others = others;
        assertThat(delete(many())).hasSize(MANY).allMatch(Outcome.Deleted.class::isInstance);
        allGone();
    }

    @Test
    void whatHasMovedToAnotherPartitionIsDeletedByItself() throws Exception {
        deletedByThemselves(new PartitionReply.WrongPartition(1));
    }

    @Test
    void whatWasFencedIsDeletedByItself() throws Exception {
        deletedByThemselves(new PartitionReply.Retry(PartitionReply.Retry.Why.FENCED, 1));
    }

    @Test
    void aBatchThatWasNotTakenFailsItsDeletesOnly() throws Exception {
        metadata.failure = ErrorCode.UNAVAILABLE;
        assertThat(delete(many()))
                .hasSize(MANY)
                .allSatisfy(one -> assertThat(failure(one)).isEqualTo(ErrorCode.UNAVAILABLE));
        assertThat(world.objects.head(CALLER, PLAIN, "key-0", "", world.deadline())).isNotNull();
    }

    @Test
    void anOlderBuildAmongTheReplicasGetsNoBatch() throws Exception {
        Objects below = at(FeatureLevels.LOWEST_EVER);
        assertThat(below.deleteAll(CALLER, PLAIN, many(), world.deadline()))
                .hasSize(MANY)
                .allMatch(Outcome.Deleted.class::isInstance);
        assertThat(metadata.batches).hasValue(0);
        assertThat(metadata.singles).hasValue(MANY);
        allGone();
    }

    @Test
    void aRefusalIsOfOneDelete() throws Exception {
        metadata.others = new PartitionReply.Refused(ErrorCode.PRECONDITION_FAILED, "no");
        List<Outcome> outcomes = delete(many().subList(0, 2));
        assertThat(failure(outcomes.getFirst())).isEqualTo(ErrorCode.PRECONDITION_FAILED);
        assertThat(outcomes.getLast()).isInstanceOf(Outcome.Deleted.class);
        assertThat(metadata.singles).hasValue(0);
    }
}
