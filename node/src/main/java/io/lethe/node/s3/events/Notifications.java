package io.lethe.node.s3.events;

import io.lethe.node.base.Bytes;
import io.lethe.node.metadata.command.EventNote;
import io.lethe.node.metadata.command.EventNote.Happened;
import io.lethe.node.metadata.command.EventNote.Wanted;
import io.lethe.node.model.BucketRecord;
import io.lethe.node.model.BucketSetting;
import io.lethe.node.model.TenantId;
import io.lethe.node.object.Caller;
import io.lethe.node.object.EventNotes;
import io.lethe.node.s3.BucketSettings;
import io.lethe.node.s3.xml.NotificationConfiguration;
import io.lethe.node.s3.xml.NotificationConfiguration.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Who wants to hear of a change, by the buckets' configurations. Safe for any thread. */
public final class Notifications implements EventNotes {
    private final BucketSettings settings;
    private final Sinks sinks;
    private final SinkAccess access;

    public Notifications(BucketSettings settings, Sinks sinks, SinkAccess access) {
        this.settings = settings;
        this.sinks = sinks;
        this.access = access;
    }

    /** Reads a bucket's document, which was accepted once. */
    public static NotificationConfiguration parse(Bytes document) {
        return NotificationConfiguration.parse(document.toArray());
    }

    @Override
    public @Nullable EventNote of(BucketRecord bucket, Bytes key, Cause cause, Caller caller) {
        NotificationConfiguration configuration =
                settings.of(bucket, BucketSetting.NOTIFICATION, Notifications::parse).orElse(null);
        if (configuration == null) {
            return null;
        }
        String name = key.utf8();
        List<Wanted> wanted = new ArrayList<>();
        for (Target target : configuration.targets()) {
            // Also one that this node does not know, or not for this tenant: it was there when the
            // configuration was accepted, and who leads may know better. It waits there.
            String sink = target.arn().substring(target.arn().lastIndexOf(':') + 1);
            switch (cause) {
                case PUT -> want(wanted, target, sink, "s3:ObjectCreated:Put", name);
                case POST -> want(wanted, target, sink, "s3:ObjectCreated:Post", name);
                case COPY -> want(wanted, target, sink, "s3:ObjectCreated:Copy", name);
                case COMPLETE ->
                        want(
                                wanted,
                                target,
                                sink,
                                "s3:ObjectCreated:CompleteMultipartUpload",
                                name);
                case DELETE -> removed(wanted, target, sink, "s3:ObjectRemoved:", name);
                case EXPIRE -> removed(wanted, target, sink, "s3:LifecycleExpiration:", name);
            }
        }
        return wanted.isEmpty()
                ? null
                : new EventNote(
                        bucket.name(),
                        bucket.tenant(),
                        caller.accessKeyId(),
                        caller.address(),
                        wanted);
    }

    private static void removed(
            List<Wanted> wanted, Target target, String sink, String kind, String key) {
        add(wanted, target, sink, Happened.REMOVED, kind + "Delete", key);
        add(wanted, target, sink, Happened.MARKED, kind + "DeleteMarkerCreated", key);
    }

    private static void want(
            List<Wanted> wanted, Target target, String sink, String event, String key) {
        add(wanted, target, sink, Happened.CREATED, event, key);
    }

    private static void add(
            List<Wanted> wanted,
            Target target,
            String sink,
            Happened happened,
            String event,
            String key) {
        if (target.wants(event, key) && wanted.size() < EventNote.MOST_WANTED) {
            wanted.add(new Wanted(happened, event, sink, target.id()));
        }
    }

    /**
     * The sink that an ARN names; empty where there is none, or none for the tenant, which must not
     * learn the difference.
     */
    public Optional<String> named(String arn, TenantId owner) {
        return sinks.named(arn).filter(name -> access.mayUse(name, owner));
    }

    /** Who may use which. */
    public SinkAccess access() {
        return access;
    }

    /** The sinks of this node. */
    public Sinks sinks() {
        return sinks;
    }
}
