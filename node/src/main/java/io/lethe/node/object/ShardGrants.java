package io.lethe.node.object;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.Directory;
import io.lethe.node.metadata.Metadata;
import io.lethe.node.metadata.command.PartitionAnswer;
import io.lethe.node.metadata.command.PartitionQuery;
import io.lethe.node.metadata.command.ShardGrant;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.GroupId;
import io.lethe.node.model.StoreException;
import io.lethe.node.model.TenantId;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The open shard of each partition and tenant as this gateway last heard of it: a hint that saves a
 * round, since the partition refuses a shard that is no longer open. Safe for any thread.
 */
final class ShardGrants {
    /**
     * Grants kept: enough for every tenant that writes at once on a busy gateway, at 200 bytes
     * each.
     */
    private static final int MOST_KEPT = 10_000;

    private record Place(GroupId partition, TenantId tenant) {}

    private final Directory directory;
    private final Metadata metadata;
    private final Map<Place, ShardGrant> kept =
            new LinkedHashMap<>(16, 0.75f, true) {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<Place, ShardGrant> eldest) {
                    return size() > MOST_KEPT;
                }
            };

    ShardGrants(Directory directory, Metadata metadata) {
        this.directory = directory;
        this.metadata = metadata;
    }

    /** The tenant's open shard in the partition that owns {@code rowKey}. */
    ShardGrant open(Bytes rowKey, TenantId tenant, long deadlineNanos) throws InterruptedException {
        @Nullable Place place = place(rowKey, tenant);
        if (place != null) {
            synchronized (kept) {
                ShardGrant grant = kept.get(place);
                if (grant != null) {
                    return grant;
                }
            }
        }
        PartitionAnswer answer =
                metadata.query(rowKey, new PartitionQuery.OpenShardOf(tenant), deadlineNanos);
        if (answer instanceof PartitionAnswer.Shard(ShardGrant grant) && grant != null) {
            keep(rowKey, grant);
            return grant;
        }
        throw new StoreException(
                ErrorCode.UNAVAILABLE,
                "the partition has no open shard for this tenant yet; try again");
    }

    void keep(Bytes rowKey, ShardGrant grant) {
        @Nullable Place place = place(rowKey, grant.tenant());
        if (place != null) {
            synchronized (kept) {
                kept.put(place, grant);
            }
        }
    }

    void forget(Bytes rowKey, TenantId tenant) {
        @Nullable Place place = place(rowKey, tenant);
        if (place != null) {
            synchronized (kept) {
                kept.remove(place);
            }
        }
    }

    private @Nullable Place place(Bytes rowKey, TenantId tenant) {
        return directory
                .partitionOf(rowKey)
                .map(partition -> new Place(partition.id(), tenant))
                .orElse(null);
    }
}
