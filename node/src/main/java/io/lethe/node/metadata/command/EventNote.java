package io.lethe.node.metadata.command;

import io.lethe.node.base.Check;
import io.lethe.node.model.TenantId;
import java.util.List;

/**
 * Who is to be told of a change, as the gateway that asks for it reads the bucket's configuration.
 * It comes with the change, so that both are decided at once.
 *
 * @param bucketName at the time of the change
 * @param owner whose the bucket is: what waits for a sink is counted for each owner
 * @param principal who made it
 * @param address from where it was asked for, at most {@link #MOST_ADDRESS_CHARS}; empty: unknown
 * @param wanted for each event that may come of it; only those that did happen are told
 */
public record EventNote(
        String bucketName, TenantId owner, String principal, String address, List<Wanted> wanted) {
    /** As many as a bucket's configuration has. */
    public static final int MOST_WANTED = 200;

    /** An address of IPv6 with an IPv4 in it. */
    public static final int MOST_ADDRESS_CHARS = 45;

    /** What may come of a change. */
    public enum Happened {
        /** A version was made. */
        CREATED,
        /** A version, or a delete marker, was removed for good. */
        REMOVED,
        /** A delete marker was made. */
        MARKED
    }

    /**
     * Somebody who wants to hear.
     *
     * @param event as it is called there
     * @param sink the name of where it goes, at most {@link #MOST_SINK_CHARS}
     * @param configuration the id of the part of the bucket's configuration that asks for it
     */
    public record Wanted(Happened happened, String event, String sink, String configuration) {
        public static final int MOST_SINK_CHARS = 64;

        public Wanted {
            var _ = Check.range("characters of a sink", sink.length(), 1, MOST_SINK_CHARS);
        }
    }

    /** From nowhere that is known. */
    public EventNote(String bucketName, TenantId owner, String principal, List<Wanted> wanted) {
        this(bucketName, owner, principal, "", wanted);
    }

    public EventNote {
        wanted = List.copyOf(wanted);
        var _ = Check.range("characters of an address", address.length(), 0, MOST_ADDRESS_CHARS);
        var _ = Check.range("wanted events", wanted.size(), 0, MOST_WANTED);
    }
}
