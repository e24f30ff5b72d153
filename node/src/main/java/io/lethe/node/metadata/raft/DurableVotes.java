package io.lethe.node.metadata.raft;

import com.alipay.sofa.jraft.entity.PeerId;
import com.alipay.sofa.jraft.option.RaftMetaStorageOptions;
import com.alipay.sofa.jraft.storage.RaftMetaStorage;
import io.lethe.node.base.FaultHandler;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * Term and vote of one replica as the library wants them, synced, halting on failure; and the gate
 * that closes the library's double vote: it asks others for their votes before its own is durable
 * (protocols), so requests wait here until it is. Safe for any thread.
 */
final class DurableVotes implements RaftMetaStorage {
    /** More than the voters of any group, over several elections. */
    private static final int MOST_HELD = 64;

    private record Held(long term, String candidate, Runnable send, Runnable drop) {}

    private final VoteFile file;
    private final String name;
    private final FaultHandler faults;
    private final List<Held> held = new ArrayList<>();
    private volatile long term;
    private PeerId votedFor;
    private boolean closed;

    DurableVotes(VoteFile file, FaultHandler faults) {
        this.file = file;
        this.faults = faults;
        this.name = "the votes of group " + file.vote().group();
        this.term = file.vote().term();
        this.votedFor = parse(file.vote().votedFor());
    }

    private static PeerId parse(String vote) {
        PeerId peer = vote.isEmpty() ? PeerId.emptyPeer() : PeerId.parsePeer(vote);
        if (peer == null) {
            throw new IllegalStateException("the stored vote is '" + vote + "'");
        }
        return peer;
    }

    @Override
    public boolean init(RaftMetaStorageOptions options) {
        return true;
    }

    @Override
    public boolean setTerm(long newTerm) {
        return setTermAndVotedFor(newTerm, getVotedFor());
    }

    @Override
    public long getTerm() {
        return term;
    }

    @Override
    public boolean setVotedFor(PeerId peer) {
        return setTermAndVotedFor(term, peer);
    }

    @Override
    public synchronized PeerId getVotedFor() {
        return votedFor;
    }

    @Override
    public boolean setTermAndVotedFor(long newTerm, PeerId peer) {
        List<Runnable> due;
        synchronized (this) {
            if (closed) {
                throw new IllegalStateException(name + " are closed");
            }
            try {
                file.write(newTerm, peer.isEmpty() ? "" : peer.toString());
            } catch (IOException e) {
                faults.halt(name, e);
                throw new IllegalStateException(name + " were not stored", e);
            }
            term = newTerm;
            votedFor = peer.copy();
            due = takeDecided();
        }
        due.forEach(Runnable::run);
        return true;
    }

    private List<Runnable> takeDecided() {
        List<Runnable> due = new ArrayList<>();
        for (Iterator<Held> each = held.iterator(); each.hasNext(); ) {
            Held one = each.next();
            if (isDurable(one.term(), one.candidate())) {
                due.add(one.send());
                each.remove();
            } else if (one.term() <= term) {
                due.add(one.drop());
                each.remove();
            }
        }
        return due;
    }

    private boolean isDurable(long wanted, String candidate) {
        return wanted == term && candidate.equals(votedFor.toString());
    }

    /**
     * Runs {@code send} once this replica's vote for itself in that term is durable, or {@code
     * drop} once it can no longer become so.
     */
    void whenDurable(long wanted, String candidate, Runnable send, Runnable drop) {
        Runnable now = null;
        synchronized (this) {
            if (isDurable(wanted, candidate)) {
                now = send;
            } else if (wanted < term || held.size() >= MOST_HELD) {
                now = drop;
            } else {
                held.add(new Held(wanted, candidate, send, drop));
            }
        }
        if (now != null) {
            now.run();
        }
    }

    @Override
    public synchronized void shutdown() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            file.close();
        } catch (IOException e) {
            faults.halt(name, e);
        }
    }
}
