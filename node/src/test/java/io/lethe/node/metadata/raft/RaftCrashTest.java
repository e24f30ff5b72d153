package io.lethe.node.metadata.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.alipay.sofa.jraft.rpc.RpcRequests.RequestVoteRequest;
import io.lethe.node.base.task.Promise;
import io.lethe.node.metadata.raft.ReplicatedLog.ProposeResult;
import io.lethe.node.model.StoreException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What only the real log can show: its files, its network, its halts. */
final class RaftCrashTest {
    @TempDir Path dir;
    private @Nullable RaftCluster opened;

    private RaftCluster cluster(int voters) throws Exception {
        RaftCluster cluster = new RaftCluster(dir, voters);
        opened = cluster;
        return cluster;
    }

    @AfterEach
    void close() {
        if (opened != null) {
            opened.close();
        }
    }

    private List<Path> files(Path root) throws IOException {
        try (Stream<Path> found = Files.walk(root)) {
            return found.filter(Files::isRegularFile).toList();
        }
    }

    private boolean anyFileContains(Path root, byte[] pattern) throws IOException {
        String wanted = new String(pattern, StandardCharsets.ISO_8859_1);
        for (Path file : files(root)) {
            if (Files.readString(file, StandardCharsets.ISO_8859_1).contains(wanted)) {
                return true;
            }
        }
        return false;
    }

    @Test
    void neitherPlaintextNorTheKeyOfACutEpochStaysOnDisk() throws Exception {
        RaftCluster cluster = cluster(1);
        String marker = "MARKER-that-must-not-be-found";
        ProposeResult.Applied applied = ReplicatedLogContract.propose(cluster, marker);
        Path place = cluster.places.getFirst().dir;
        Path group = place.resolve(RaftCluster.GROUP.toString());
        byte[] epochs = Files.readAllBytes(group.resolve("epochs"));
        byte[] wrapped = Arrays.copyOfRange(epochs, 4096 + 13, 4096 + 53);
        assertThat(wrapped).isNotEqualTo(new byte[40]);
        ReplicatedLogContract.snapshot(cluster, 0);
        ReplicatedLogContract.snapshot(cluster, 0);
        cluster.until("erased", () -> cluster.log(0).erasedThrough(applied.index()));
        assertThat(anyFileContains(place.resolve("log"), marker.getBytes(StandardCharsets.UTF_8)))
                .isFalse();
        assertThat(anyFileContains(place, wrapped)).isFalse();
        assertThat(cluster.log(0).figures().firstIndex()).isGreaterThan(applied.index());
        ReplicatedLogContract.propose(cluster, "after");
        cluster.crash(0);
        cluster.restart(0);
        ReplicatedLogContract.propose(cluster, "after the restart");
        assertThat(cluster.state(0).commands()).contains(marker, "after", "after the restart");
    }

    @Test
    void noVoteIsAskedForBeforeTheOwnIsDurable() throws Exception {
        Map<String, String> violations = new ConcurrentHashMap<>();
        List<Path> places = new ArrayList<>();
        RaftCluster cluster = cluster(3);
        cluster.places.forEach(p -> places.add(p.dir));
        cluster.network.filter(
                (from, to, message) -> {
                    if (message.type() == RaftMessages.REQUEST_VOTE) {
                        check(from, message, violations);
                    }
                    return true;
                });
        for (int round = 0; round < 4; round++) {
            ReplicatedLogContract.propose(cluster, "round " + round);
            int leader = ReplicatedLogContract.leader(cluster);
            cluster.crash(leader);
            ReplicatedLogContract.propose(cluster, "without " + leader);
            cluster.restart(leader);
        }
        assertThat(violations).isEmpty();
    }

    private void check(
            RaftAddress from, RaftTransport.Message message, Map<String, String> violations) {
        try {
            RequestVoteRequest request = (RequestVoteRequest) RaftMessages.decode(message);
            if (request.getPreVote()) {
                return;
            }
            Path votes =
                    dir.resolve("n" + from.port())
                            .resolve(RaftCluster.GROUP.toString())
                            .resolve("votes");
            try (VoteFile file = VoteFile.open(votes)) {
                VoteFile.Vote vote = file.vote();
                boolean durable =
                        vote.term() > request.getTerm()
                                || (vote.term() == request.getTerm()
                                        && vote.votedFor().equals(request.getServerId()));
                if (!durable) {
                    violations.put(from.toString(), vote + " while asking: " + request);
                }
            }
        } catch (IOException e) {
            violations.put(from.toString(), e.toString());
        }
    }

    @Test
    void aWipedReplicaIsRefusedAndComesBackAsANewGeneration() throws Exception {
        RaftCluster cluster = cluster(3);
        ReplicatedLogContract.propose(cluster, "before");
        int leader = ReplicatedLogContract.leader(cluster);
        int wiped = (leader + 1) % 3;
        cluster.crash(wiped);
        RaftCluster.Place place = cluster.places.get(wiped);
        RaftPeer old = place.peer();
        wipe(place.dir);
        assertThatThrownBy(() -> cluster.restart(wiped))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("new generation");
        ReplicatedLogContract.done(cluster, log -> log.removeVoter(old));
        place.generation++;
        place.fresh = true;
        place.founders = List.of();
        cluster.restart(wiped);
        ReplicatedLogContract.done(cluster, log -> log.addVoter(place.peer()));
        ProposeResult.Applied after = ReplicatedLogContract.propose(cluster, "after");
        ReplicatedLogContract.untilApplied(cluster, wiped, after.index());
        assertThat(cluster.state(wiped).commands()).contains("before", "after");
    }

    private static void wipe(Path root) throws IOException {
        try (Stream<Path> found = Files.walk(root)) {
            for (Path path : found.sorted(Comparator.reverseOrder()).toList()) {
                if (!path.equals(root)) {
                    Files.delete(path);
                }
            }
        }
    }

    @Test
    void aLogAndVotesOfDifferentStoresAreRefused() throws Exception {
        RaftCluster cluster = cluster(1);
        ReplicatedLogContract.propose(cluster, "a");
        cluster.crash(0);
        wipe(cluster.places.getFirst().dir.resolve("log"));
        assertThatThrownBy(() -> cluster.restart(0))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("its log is missing");
    }

    @Test
    void damageInTheMiddleOfTheLogIsRefused() throws Exception {
        RaftCluster cluster = cluster(1);
        for (int i = 0; i < 50; i++) {
            ReplicatedLogContract.propose(cluster, "filler to make the log long " + i);
        }
        cluster.crash(0);
        Path log = cluster.places.getFirst().dir.resolve("log");
        Path wal =
                files(log).stream()
                        .filter(file -> file.toString().endsWith(".log"))
                        .max(Comparator.comparingLong(file -> file.toFile().length()))
                        .orElseThrow();
        byte[] content = Files.readAllBytes(wal);
        content[content.length / 2] ^= 0x01;
        Files.write(wal, content);
        assertThatThrownBy(() -> cluster.restart(0))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("new generations");
    }

    @Test
    void aWriteCutShortAtTheEndOfTheLogIsTolerated() throws Exception {
        RaftCluster cluster = cluster(1);
        ReplicatedLogContract.propose(cluster, "kept");
        cluster.crash(0);
        Path log = cluster.places.getFirst().dir.resolve("log");
        Path wal =
                files(log).stream()
                        .filter(file -> file.toString().endsWith(".log"))
                        .max(Comparator.comparing(Path::toString))
                        .orElseThrow();
        byte[] content = Files.readAllBytes(wal);
        byte[] torn = Arrays.copyOf(content, content.length + 5);
        Files.write(wal, torn);
        cluster.restart(0);
        ReplicatedLogContract.propose(cluster, "after");
        assertThat(cluster.state(0).commands()).contains("kept", "after");
    }

    @Test
    void aStateThatIsAheadOfItsLogIsRefused() throws Exception {
        RaftCluster cluster = cluster(1);
        for (int i = 0; i < 5; i++) {
            ReplicatedLogContract.propose(cluster, "c" + i);
        }
        SequenceState ahead = cluster.state(0);
        ahead.apply(1000, 1, new byte[0]);
        ahead.flush();
        cluster.crash(0);
        assertThatThrownBy(() -> cluster.restart(0)).hasMessageContaining("before its state");
    }

    @Test
    void anExceptionThatLeavesTheStateHalts() throws Exception {
        RaftCluster cluster = cluster(1);
        ReplicatedLogContract.propose(cluster, "fine");
        Promise<ProposeResult> failing =
                cluster.log(0).propose("fail".getBytes(StandardCharsets.UTF_8));
        cluster.until(
                "the halt",
                () -> {
                    synchronized (cluster.halts) {
                        return !cluster.halts.isEmpty();
                    }
                });
        assertThat(failing.isDone()).isFalse();
    }

    @Test
    void aCutOffLeaderNeitherAcknowledgesNorReads() throws Exception {
        RaftCluster cluster = cluster(3);
        ReplicatedLogContract.propose(cluster, "before");
        int cut = ReplicatedLogContract.leader(cluster);
        cluster.network.isolate(cluster.places.get(cut).address);
        Promise<ProposeResult> lost =
                cluster.log(cut).propose("lost".getBytes(StandardCharsets.UTF_8));
        assertThat(
                        cluster.await(
                                cluster.log(cut)
                                        .readIndex(cluster.deadlineNanos() - 9_000_000_000L)))
                .isInstanceOf(ReplicatedLog.ReadResult.Unavailable.class);
        assertThat(cluster.await(lost)).isNotInstanceOf(ProposeResult.Applied.class);
        cluster.network.heal();
        ProposeResult.Applied after = ReplicatedLogContract.propose(cluster, "after");
        ReplicatedLogContract.untilApplied(cluster, cut, after.index());
        assertThat(cluster.state(cut).commands()).contains("before", "after");
    }

    /** The copy takes seconds at this rate; the library would cancel it for a newer snapshot. */
    @Test
    void aRunningCopyIsNotDisturbedByASnapshotAndCanBeAborted() throws Exception {
        RaftCluster cluster = new RaftCluster(dir, 3, 1 << 20);
        opened = cluster;
        ReplicatedLogContract.propose(cluster, "first");
        int behind = (ReplicatedLogContract.leader(cluster) + 1) % 3;
        cluster.crash(behind);
        ProposeResult.Applied big = ReplicatedLogContract.propose(cluster, "b".repeat(1 << 20));
        for (int replica : cluster.running()) {
            ReplicatedLogContract.untilApplied(cluster, replica, big.index());
            ReplicatedLogContract.snapshot(cluster, replica);
            ReplicatedLogContract.snapshot(cluster, replica);
        }
        cluster.restart(behind);
        int leader = ReplicatedLogContract.leader(cluster);
        cluster.until("a copy that runs", () -> copying(cluster, leader));
        Path staging =
                cluster.places
                        .get(behind)
                        .dir
                        .resolve(RaftCluster.GROUP.toString())
                        .resolve("snapshots")
                        .resolve("installing");
        cluster.until("staging", () -> Files.exists(staging));
        cluster.log(behind).abortTransfers();
        cluster.log(leader).abortTransfers();
        ProposeResult.Applied last = ReplicatedLogContract.propose(cluster, "last");
        ReplicatedLogContract.untilApplied(cluster, behind, last.index());
        assertThat(cluster.state(behind).commands().getLast()).isEqualTo("last");
        assertThat(staging).doesNotExist();
        cluster.until("the copy's end", () -> !copying(cluster, leader));
    }

    /** A snapshot is refused as long as one is being copied from there. */
    private static boolean copying(RaftCluster cluster, int replica) {
        try {
            return cluster.await(cluster.log(replica).snapshot())
                    instanceof ReplicatedLog.ChangeResult.Refused;
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void proposalsBeyondTheBoundAreRefused() throws Exception {
        RaftCluster cluster = cluster(1);
        ReplicatedLogContract.propose(cluster, "first");
        List<Promise<ProposeResult>> open = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            open.add(cluster.log(0).propose(new byte[1 << 20]));
        }
        int refused = 0;
        for (Promise<ProposeResult> one : open) {
            if (cluster.await(one) instanceof ProposeResult.Overloaded) {
                refused++;
            }
        }
        assertThat(refused).isPositive();
        assertThat(cluster.log(0).figures().rejected()).isEqualTo(refused);
        cluster.until("all is let go", () -> cluster.log(0).figures().proposalBytes() == 0);
    }
}
