package io.lethe.node.metadata.raft;

import com.alipay.sofa.jraft.NodeManager;
import com.alipay.sofa.jraft.RaftServiceFactory;
import com.alipay.sofa.jraft.conf.Configuration;
import com.alipay.sofa.jraft.core.NodeImpl;
import com.alipay.sofa.jraft.entity.PeerId;
import com.alipay.sofa.jraft.entity.RaftOutter.SnapshotMeta;
import com.alipay.sofa.jraft.rpc.RpcRequests.AppendEntriesRequest;
import com.alipay.sofa.jraft.util.Endpoint;
import io.lethe.node.base.Clock;
import io.lethe.node.base.FaultHandler;
import io.lethe.node.base.RandomSource;
import io.lethe.node.base.task.Tasks;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.Id128;
import io.lethe.node.model.StoreException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * All Raft replicas of one node: their shared log, transport, threads and timers. Several may live
 * in one process under different addresses. Safe for any thread; opening and closing block.
 *
 * <p>Folders: {@code log} (see {@link SharedLog}); {@code GROUP/votes} ({@link VoteFile}), {@code
 * GROUP/epochs} ({@link EpochSlots}), {@code GROUP/snapshots} ({@link SnapshotFolder}).
 */
public final class RaftHost implements AutoCloseable {
    /** 100 ms: how late a deadline may be noticed. */
    private static final long TICK_MILLIS = 100;

    /** What a host works with, all given from outside. */
    public record Environment(
            RaftTransport transport,
            Tasks tasks,
            RandomSource random,
            EpochKeyWrap wrap,
            FaultHandler faults) {}

    private final RaftSettings settings;
    private final Environment environment;
    private final Clock clock;
    private final RaftThreads threads;
    private final SharedLog log;
    private final Throttle throttle;
    private final RequestDispatch dispatch;
    private final ConcurrentMap<String, RaftGroup> groups = new ConcurrentHashMap<>();

    private RaftHost(RaftSettings settings, Environment environment, SharedLog log) {
        this.settings = settings;
        this.environment = environment;
        this.clock = environment.tasks().clock();
        this.threads = new RaftThreads(environment.faults());
        this.log = log;
        this.throttle = new Throttle(clock, settings.snapshotBytesPerSecond());
        this.dispatch = new RequestDispatch(threads, new OwnGroups());
    }

    /**
     * Opens the shared log and begins to serve requests.
     *
     * @throws StoreException CORRUPT when the log is damaged
     */
    public static RaftHost start(RaftSettings settings, Environment environment)
            throws IOException {
        Clock clock = environment.tasks().clock();
        SharedLog log = SharedLog.open(settings.dir().resolve("log"), clock, environment.faults());
        RaftHost host = new RaftHost(settings, environment, log);
        NodeManager.getInstance().addAddress(host.endpoint());
        environment.transport().serve(host.dispatch);
        var _ =
                host.threads
                        .timer()
                        .scheduleWithFixedDelay(
                                () -> host.groups.values().forEach(RaftGroup::tick),
                                TICK_MILLIS,
                                TICK_MILLIS,
                                TimeUnit.MILLISECONDS);
        return host;
    }

    private Endpoint endpoint() {
        return new Endpoint(settings.self().host(), settings.self().port());
    }

    private final class OwnGroups implements RequestDispatch.Groups {
        @Override
        public boolean admits(AppendEntriesRequest append) {
            RaftGroup group = groups.get(append.getGroupId());
            return group == null || group.admits(append);
        }

        @Override
        public SnapshotRead.@Nullable Part read(String name, SnapshotRead read) {
            RaftGroup group = groups.get(name);
            if (group == null) {
                return null;
            }
            try {
                return group.source().read(read);
            } catch (IOException e) {
                environment.faults().halt("the snapshots of " + name, e);
                return null;
            }
        }
    }

    /**
     * Opens a replica, which then takes part in its group.
     *
     * @throws StoreException CORRUPT when its store is missing, damaged or of another generation
     */
    public ReplicatedLog open(ReplicaSpec spec, ReplicatedState state) {
        return opened(spec, state);
    }

    /**
     * As {@link #open}, for one replica of a group that nobody has led yet: it stands for election
     * as soon as a quorum is there, so the group needn't wait for an election time-out.
     */
    public ReplicatedLog openToLead(ReplicaSpec spec, ReplicatedState state) {
        RaftGroup group = opened(spec, state);
        group.standSoon(settings.electionTimeoutMillis());
        return group;
    }

    private RaftGroup opened(ReplicaSpec spec, ReplicatedState state) {
        String name = spec.group().toString();
        try {
            ReplicaStore store =
                    ReplicaStore.open(
                            settings.dir().resolve(name),
                            spec,
                            log,
                            new ReplicaStore.Tools(
                                    environment.wrap(),
                                    environment.random(),
                                    environment.faults()));
            return start(spec, state, store);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void checkNotBehind(ReplicaStore store, ReplicatedState state, SnapshotFolder found) {
        long logEnd = Math.max(store.log().getLastLogIndex(), store.log().getFirstLogIndex() - 1);
        long known = Math.max(logEnd, found.newest());
        if (state.appliedIndex() > known) {
            store.close();
            throw new StoreException(
                    ErrorCode.CORRUPT,
                    "The log of "
                            + found.group()
                            + " ends at "
                            + known
                            + " before its state, which applied "
                            + state.appliedIndex()
                            + ": remove this replica and add it as a new generation");
        }
    }

    private RaftGroup start(ReplicaSpec spec, ReplicatedState state, ReplicaStore store) {
        String name = spec.group().toString();
        RaftPeer self =
                new RaftPeer(settings.self().host(), settings.self().port(), spec.generation());
        AppendBudget appends = new AppendBudget(settings.appendBytes());
        GroupMachine machine = new GroupMachine(name, self, state, appends, environment.faults());
        SnapshotFolder snapshots =
                new SnapshotFolder(
                        store.snapshots(),
                        name,
                        self,
                        clock,
                        environment.faults(),
                        (folder, from, index) -> copy(folder, from, index, state));
        var _ = snapshots.init(null);
        checkNotBehind(store, state, snapshots);
        NodeImpl node = (NodeImpl) RaftServiceFactory.createRaftNode(name, self.toPeerId());
        Proposals proposals =
                new Proposals(
                        clock,
                        settings.proposalBytes(),
                        TimeUnit.MILLISECONDS.toNanos(settings.proposeTimeoutMillis()),
                        machine::leader);
        RaftGroup group =
                new RaftGroup(
                        new RaftGroup.Parts(
                                name,
                                self,
                                node,
                                machine,
                                store.log(),
                                store.votes(),
                                snapshots,
                                new SnapshotSource(snapshots, state),
                                proposals,
                                appends),
                        environment.tasks(),
                        threads::later,
                        () -> groups.remove(name));
        if (groups.putIfAbsent(name, group) != null) {
            store.close();
            throw new IllegalStateException(name + " is open already");
        }
        try {
            init(node, options(spec, store, machine, snapshots));
        } catch (RuntimeException e) {
            groups.remove(name);
            node.shutdown();
            store.close();
            throw e;
        }
        return group;
    }

    private static void init(NodeImpl node, ReplicaOptions options) {
        if (!node.init(options)) {
            throw new StoreException(
                    ErrorCode.CORRUPT,
                    "The replica of "
                            + options.group()
                            + " did not start (the log says why): if its store is damaged, remove"
                            + " it and add it as a new generation");
        }
    }

    private ReplicaOptions options(
            ReplicaSpec spec, ReplicaStore store, GroupMachine machine, SnapshotFolder snapshots) {
        ReplicaOptions options =
                new ReplicaOptions(
                        spec.group().toString(),
                        environment.transport(),
                        store.votes(),
                        threads.callbacks());
        LibraryOptions.fill(options, settings.electionTimeoutMillis());
        options.setAppendEntriesExecutors(threads.appendAnswers());
        options.setFsm(machine);
        options.setServiceFactory(new ReplicaStorages(store.log(), store.votes(), snapshots));
        options.setInitialConf(new Configuration(peers(spec.voters()), peers(spec.learners())));
        return options;
    }

    private static List<PeerId> peers(List<RaftPeer> peers) {
        return peers.stream().map(RaftPeer::toPeerId).toList();
    }

    private SnapshotCopy copy(
            SnapshotFolder folder, RaftPeer from, long index, ReplicatedState state) {
        SnapshotCopy copy =
                new SnapshotCopy(
                        new SnapshotCopy.Job(
                                folder,
                                from,
                                index,
                                environment.random().nextLong(),
                                environment.transport(),
                                throttle,
                                state),
                        threads.copies());
        RaftGroup group = groups.get(folder.group());
        if (group != null) {
            group.copying(copy);
        }
        copy.start();
        return copy;
    }

    /** Writes a state's files into an empty folder, flat. */
    public interface Snapshot {
        void write(Path folder) throws IOException;
    }

    /**
     * Makes the store of a replica that founds its group at a snapshot, of one state on each of the
     * founders: whoever has not got it can't follow the log, which begins behind it, and is sent
     * the snapshot. Durable when it returns; the replica is opened afterwards, as one that was here
     * before.
     *
     * @param index of the snapshot and of the state, and their term
     * @return false when a later generation is here, open or not, which stays as it is
     */
    public boolean found(ReplicaSpec spec, long index, Snapshot snapshot) throws IOException {
        String name = spec.group().toString();
        if (ReplicaStore.isLaterHere(spec, log)) {
            return false;
        }
        if (groups.containsKey(name)) {
            throw new IllegalStateException(name + " is open");
        }
        RaftPeer self =
                new RaftPeer(settings.self().host(), settings.self().port(), spec.generation());
        ReplicaStore.seed(
                settings.dir().resolve(name),
                spec,
                log,
                Id128.random(environment.random()),
                index,
                folder -> snapshot(folder, self, spec, index, snapshot));
        return true;
    }

    private void snapshot(Path dir, RaftPeer self, ReplicaSpec spec, long index, Snapshot snapshot)
            throws IOException {
        SnapshotFolder folder =
                new SnapshotFolder(
                        dir,
                        spec.group().toString(),
                        self,
                        clock,
                        environment.faults(),
                        (_, _, _) -> {
                            throw new IllegalStateException("nothing is copied into a new store");
                        });
        var _ = folder.init(null);
        Path staging = folder.freshStaging(true);
        snapshot.write(staging);
        SavingSnapshot saving = new SavingSnapshot(folder, staging);
        SnapshotMeta.Builder meta =
                SnapshotMeta.newBuilder().setLastIncludedIndex(index).setLastIncludedTerm(index);
        peers(spec.voters()).forEach(peer -> meta.addPeers(peer.toString()));
        peers(spec.learners()).forEach(peer -> meta.addLearners(peer.toString()));
        var _ = saving.saveMeta(meta.build());
        saving.applied(index, index);
        saving.close();
    }

    /**
     * Makes a replica that is not open into the only voter of its group, in a later generation:
     * whatever its log holds counts as committed then, and a command follows that. For a majority
     * that is lost for good. Repeating it is harmless.
     *
     * @param was as it was opened last
     * @throws StoreException CORRUPT when its store is missing or damaged
     */
    public void makeOver(ReplicaSpec was, int generation, byte[] command) throws IOException {
        String name = was.group().toString();
        if (groups.containsKey(name)) {
            throw new IllegalStateException(name + " is open");
        }
        ReplicaStore.makeOver(
                settings.dir().resolve(name),
                was,
                new RaftPeer(settings.self().host(), settings.self().port(), generation),
                command,
                log,
                new ReplicaStore.Tools(
                        environment.wrap(), environment.random(), environment.faults()));
    }

    /**
     * What a replica that is not open has on this node; empty where there is none.
     *
     * @throws StoreException CORRUPT when its store is damaged
     */
    public Optional<Standing> standing(GroupId group) throws IOException {
        return ReplicaStore.standing(
                settings.dir().resolve(group.toString()),
                group.value(),
                log,
                new ReplicaStore.Tools(
                        environment.wrap(), environment.random(), environment.faults()));
    }

    /**
     * Removes what a replica that is not open has on this node, for good; its keys are overwritten
     * first.
     */
    public void wipe(GroupId group) {
        if (groups.containsKey(group.toString())) {
            throw new IllegalStateException(group + " is open");
        }
        try {
            ReplicaStore.wipe(settings.dir().resolve(group.toString()), group.value(), log);
        } catch (IOException e) {
            environment.faults().halt("the replica of " + group, e);
            throw new UncheckedIOException(e);
        }
    }

    /** Figures of the shared log, for metrics. */
    public record LogFigures(long edits, long editNanos, long slowestEditNanos, long rejected) {}

    public LogFigures figures() {
        return new LogFigures(
                log.edits(), log.editNanos(), log.slowestNanos(), dispatch.rejected());
    }

    /** Stops all replicas, then the transport, the threads and the log. */
    @Override
    public void close() {
        List.copyOf(groups.values()).forEach(RaftGroup::shutdown);
        environment.transport().close();
        NodeManager.getInstance().removeAddress(endpoint());
        threads.close();
        dispatch.destroy();
        log.close();
    }
}
