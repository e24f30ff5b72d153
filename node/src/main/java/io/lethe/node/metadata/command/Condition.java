package io.lethe.node.metadata.command;

/** What must hold of the current version when a write or delete is decided. */
public sealed interface Condition {
    /** Nothing. */
    record Always() implements Condition {}

    /** No current version (a delete marker counts as none): If-None-Match: *. */
    record Absent() implements Condition {}

    /** There is a current version: If-Match: *. */
    record Present() implements Condition {}

    /** The current version has this ETag, without quotes: If-Match. */
    record Matches(String etag) implements Condition {}

    /** The current version has another ETag, or there is none: If-None-Match with a tag. */
    record Differs(String etag) implements Condition {}

    /** The key's newest version, object or delete marker, is this one still. */
    record Newest(long order) implements Condition {}

    /** This version of the key is there still, current or not. */
    record There(long order) implements Condition {}
}
