package io.lethe.node.sim;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.command.CommandLevels;
import io.lethe.node.metadata.command.DirectoryCommand;
import io.lethe.node.metadata.command.DirectoryReply;
import io.lethe.node.metadata.command.PartitionAnswer;
import io.lethe.node.metadata.command.PartitionCommand;
import io.lethe.node.metadata.command.PartitionQuery;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.metadata.command.Stamp;
import io.lethe.node.metadata.command.VersionBody.Placement;
import io.lethe.node.metadata.state.DirectoryReader;
import io.lethe.node.metadata.state.PartitionState;
import io.lethe.node.model.BucketId;
import io.lethe.node.model.ChunkKey;
import io.lethe.node.model.DeviceId;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.PlacementGroup;
import io.lethe.node.model.SegmentRef;
import io.lethe.node.model.WriteId;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What must hold at every decision of the log, looked at when the first replica has made it. */
final class Checks implements SimGroup.Observer {
    private final SimLoop loop;
    private @Nullable SimCluster cluster;
    private final Set<WriteId> closed = new HashSet<>();
    private final Set<WriteId> committed = new HashSet<>();

    /** Buckets that are gone, with the mark under which they were removed. */
    private final Map<BucketId, Long> removed = new HashMap<>();

    private long newestControllerEpoch;

    Checks(SimLoop loop) {
        this.loop = loop;
    }

    void of(SimCluster checked) {
        cluster = checked;
    }

    void violated(String what) {
        loop.fail(new AssertionError(what));
    }

    @Override
    public void partition(GroupId group, PartitionCommand command, PartitionReply reply) {
        SimCluster world = cluster;
        if (command instanceof PartitionCommand.Noted noted) {
            if (world != null) {
                world.ears.decided(noted, reply);
            }
            decided(noted.command(), reply);
        } else {
            decided(SimGroup.inner(command), reply);
        }
    }

    private void decided(PartitionCommand command, PartitionReply reply) {
        if (command instanceof PartitionCommand.CloseWrite close
                && reply instanceof PartitionReply.WriteEnded(boolean done)
                && !done) {
            closed.add(close.write());
        }
        if (command instanceof PartitionCommand.Commit commit
                && reply instanceof PartitionReply.Committed
                && committed.add(commit.write())) {
            if (closed.contains(commit.write())) {
                violated("write " + commit.write() + " committed after it was closed");
            }
            if (removed.containsKey(commit.bucket())) {
                violated("write " + commit.write() + " committed into a deleted bucket");
            }
            if (commit.body().placement() instanceof Placement.Segments(var segments)) {
                segments.forEach(segment -> checkDurable(commit.write(), segment));
            }
        }
        if (command instanceof PartitionCommand.PutPart put
                && reply instanceof PartitionReply.PartPut
                && committed.add(put.write())) {
            if (closed.contains(put.write())) {
                violated("part " + put.write() + " was put after its write was closed");
            }
            if (removed.containsKey(put.upload().bucket())) {
                violated("part " + put.write() + " was put into a deleted bucket");
            }
            put.body().segments().forEach(segment -> checkDurable(put.write(), segment));
        }
        if (command instanceof PartitionCommand.CompleteUpload complete
                && reply instanceof PartitionReply.Committed
                && committed.add(complete.upload().write())
                && removed.containsKey(complete.upload().bucket())) {
            violated(complete.upload() + " was completed in a deleted bucket");
        }
    }

    private void checkDurable(WriteId write, SegmentRef segment) {
        SimCluster world = cluster;
        if (world == null) {
            return;
        }
        if (Long.bitCount(segment.missing()) > segment.scheme().m()) {
            violated("a commit names more missing chunks than its code can lose: " + segment);
        }
        PlacementGroup pg = newestDirectory(world).placementGroup(segment.pg()).orElse(null);
        for (int i = 0; pg != null && i < segment.scheme().width(); i++) {
            boolean named = ((segment.missing() >>> i) & 1) != 0;
            if (!named && holds(segment, i)) {
                ChunkKey key = new ChunkKey(segment.pg(), segment.segment(), i);
                // Of an older epoch the state counts chunks that moved since as missing.
                boolean there = segment.pgEpoch() < pg.epoch();
                for (DeviceId holder : pg.holders(i)) {
                    SimDevice device = world.devices.get(holder);
                    there |= device == null || device.store.stat(key).isPresent();
                }
                if (!there) {
                    violated("write " + write + " committed without its chunk " + key);
                }
            }
        }
    }

    /** Whether a chunk has bytes for certain: a short stripe leaves some data chunks empty. */
    static boolean holds(SegmentRef segment, int chunk) {
        int stripe = segment.scheme().k() * segment.scheme().cellBytes();
        return chunk == 0 || chunk >= segment.scheme().k() || segment.lengthBytes() >= stripe;
    }

    static DirectoryReader newestDirectory(SimCluster world) {
        return new DirectoryReader(newest(world.directory()).rows);
    }

    static SimGroup.Replica newest(SimGroup group) {
        return group.replicas.stream()
                .filter(r -> r.born)
                .max(Comparator.comparingLong(r -> r.applied))
                .orElseThrow();
    }

    /** Whether a partition has versions, as far as it knows anything. */
    static boolean hasObjects(SimGroup group) {
        return PartitionState.answer(newest(group).rows, new PartitionQuery.Summary())
                        instanceof PartitionAnswer.Figures figures
                && figures.versions() > 0;
    }

    static PartitionAnswer.Figures figures(SimGroup group) {
        PartitionAnswer answer =
                PartitionState.answer(newest(group).rows, new PartitionQuery.Summary());
        if (answer instanceof PartitionAnswer.Figures figures) {
            return figures;
        }
        throw new AssertionError(group.id + " gives no figures: " + answer);
    }

    @Override
    public void directory(Stamp stamp, DirectoryCommand command, DirectoryReply reply) {
        if (CommandLevels.of(command) > stamp.featureLevel()) {
            violated(command + " is in the log at level " + stamp.featureLevel());
        }
        if (reply instanceof DirectoryReply.Refused) {
            return;
        }
        if (stamp.controllerEpoch() > 0) {
            if (stamp.controllerEpoch() < newestControllerEpoch) {
                violated("a controller of epoch " + stamp.controllerEpoch() + " was heard late");
            }
            newestControllerEpoch = stamp.controllerEpoch();
        }
        if (command instanceof DirectoryCommand.CreateBucket create) {
            checkNew(create);
        }
        if (command instanceof DirectoryCommand.CreatePg pg) {
            checkMembers(pg);
        }
        if (command instanceof DirectoryCommand.FinishBucketDelete finish
                && finish.remove()
                && removed.putIfAbsent(finish.bucket(), finish.markIndex()) == null) {
            checkEmpty(finish.bucket());
        }
    }

    /**
     * A creation whose outcome its sender does not know may be made again after a removal, and is
     * then a bucket like others; one sent before the removal came too late.
     */
    private void checkNew(DirectoryCommand.CreateBucket create) {
        Long mark = removed.remove(create.bucket());
        if (mark != null && create.seenIndex() < mark) {
            violated("bucket " + create.bucket() + " was brought back by a late creation");
        }
    }

    private void checkMembers(DirectoryCommand.CreatePg pg) {
        SimCluster world = cluster;
        Set<Integer> nodes = new HashSet<>();
        for (DeviceId member : pg.members()) {
            SimDevice device = world == null ? null : world.devices.get(member);
            if (device != null && !nodes.add(device.node)) {
                violated("two members of a placement group on one node: " + pg);
            }
        }
    }

    private void checkEmpty(BucketId bucket) {
        SimCluster world = cluster;
        for (SimGroup group :
                Optional.ofNullable(world).map(w -> w.groups.values()).orElseThrow()) {
            boolean over = world != null && newestDirectory(world).merged(group.id).isPresent();
            if (!group.id.isDirectory() && !over) {
                PartitionAnswer answer =
                        PartitionState.answer(
                                newest(group).rows, new PartitionQuery.BucketEmpty(bucket));
                if (answer instanceof PartitionAnswer.Empty(boolean empty) && !empty) {
                    violated("bucket " + bucket + " was removed with something in it");
                }
                var uploads =
                        new PartitionQuery.ListUploads(
                                bucket, Bytes.EMPTY, Bytes.EMPTY, 0, Bytes.EMPTY, 1);
                if (PartitionState.answer(newest(group).rows, uploads)
                                instanceof PartitionAnswer.UploadPage page
                        && !page.rows().isEmpty()) {
                    violated("bucket " + bucket + " was removed with an upload in it");
                }
            }
        }
    }
}
