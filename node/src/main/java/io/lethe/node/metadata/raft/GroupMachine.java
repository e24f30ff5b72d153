package io.lethe.node.metadata.raft;

import com.alipay.sofa.jraft.Closure;
import com.alipay.sofa.jraft.Iterator;
import com.alipay.sofa.jraft.StateMachine;
import com.alipay.sofa.jraft.Status;
import com.alipay.sofa.jraft.conf.Configuration;
import com.alipay.sofa.jraft.entity.LeaderChangeContext;
import com.alipay.sofa.jraft.error.RaftException;
import com.alipay.sofa.jraft.storage.snapshot.SnapshotReader;
import com.alipay.sofa.jraft.storage.snapshot.SnapshotWriter;
import io.lethe.node.base.Check;
import io.lethe.node.base.FaultHandler;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Drives a {@link ReplicatedState} from the library's callbacks, which all come on the group's one
 * state-machine thread. Whatever leaves the state halts the process, since the library would log it
 * and go on. Entries that the state has applied before a restart are skipped.
 */
final class GroupMachine implements StateMachine {
    private final String group;
    private final RaftPeer self;
    private final ReplicatedState state;
    private final AppendBudget appends;
    private final FaultHandler faults;
    private volatile @Nullable RaftPeer leader;

    GroupMachine(
            String group,
            RaftPeer self,
            ReplicatedState state,
            AppendBudget appends,
            FaultHandler faults) {
        this.group = group;
        this.self = self;
        this.state = state;
        this.appends = appends;
        this.faults = faults;
    }

    private interface Step {
        void run() throws IOException;
    }

    /** This is the root of the state's thread, hence the wide catch. */
    private void orHalt(Step step) {
        try {
            step.run();
        } catch (IOException | RuntimeException | Error e) {
            faults.halt("the state of " + group, e);
            throw new IllegalStateException("the state of " + group + " failed", e);
        }
    }

    @Override
    public void onApply(Iterator entries) {
        orHalt(
                () -> {
                    while (entries.hasNext()) {
                        apply(entries);
                        entries.next();
                    }
                    appends.applied(entries.getIndex() - 1);
                });
    }

    private void apply(Iterator at) {
        long index = at.getIndex();
        long term = at.getTerm();
        long applied = state.appliedIndex();
        if (index <= applied) {
            long appliedTerm = state.appliedTerm();
            Check.that(
                    index == applied ? term == appliedTerm : term <= appliedTerm,
                    "entry "
                            + index
                            + " has term "
                            + term
                            + ", and the state applied "
                            + applied
                            + " of term "
                            + appliedTerm);
            return;
        }
        ByteBuffer command = at.getData();
        if (!command.hasRemaining()) {
            // It was appended to be answered: the state's index follows with the next command.
            return;
        }
        byte[] bytes = new byte[command.remaining()];
        command.duplicate().get(bytes);
        byte[] reply = state.apply(index, term, bytes);
        if (at.done() instanceof Proposals.Proposal proposal) {
            proposal.applied(index, reply);
        }
    }

    @Override
    public void onSnapshotSave(SnapshotWriter writer, Closure done) {
        orHalt(
                () -> {
                    SavingSnapshot saving = (SavingSnapshot) writer;
                    state.saveSnapshot(saving.path());
                    saving.applied(state.appliedIndex(), state.appliedTerm());
                });
        done.run(Status.OK());
    }

    @Override
    public boolean onSnapshotLoad(SnapshotReader reader) {
        orHalt(
                () -> {
                    StoredSnapshot snapshot = (StoredSnapshot) reader;
                    SnapshotManifest manifest = snapshot.manifest();
                    long index = manifest.appliedIndex();
                    // At each start the library loads the snapshot, though the state is past it.
                    if (state.appliedIndex() < index) {
                        state.loadSnapshot(snapshot.path(), index, manifest.appliedTerm());
                        Check.that(
                                state.appliedIndex() == index,
                                "the snapshot at " + index + " loaded another state");
                    }
                    appends.applied(manifest.index());
                });
        return true;
    }

    @Override
    public void onLeaderStart(long term) {
        leader = self;
        orHalt(() -> state.leaderStart(term));
    }

    @Override
    public void onLeaderStop(Status status) {
        leader = null;
        orHalt(state::leaderStop);
    }

    @Override
    public void onError(RaftException failure) {
        faults.halt("the Raft library in " + group, failure);
    }

    @Override
    public void onConfigurationCommitted(Configuration configuration) {
        // Asked of the library when it is needed.
    }

    @Override
    public void onStopFollowing(LeaderChangeContext context) {
        leader = null;
    }

    @Override
    public void onStartFollowing(LeaderChangeContext context) {
        leader = RaftPeer.of(context.getLeaderId());
    }

    @Override
    public void onShutdown() {
        leader = null;
    }

    /** Safe for any thread. */
    long appliedIndex() {
        return state.appliedIndex();
    }

    /** Who led when this thread last heard; null when unknown. */
    @Nullable RaftPeer leader() {
        return leader;
    }
}
