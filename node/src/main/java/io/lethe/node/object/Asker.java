package io.lethe.node.object;

import io.lethe.node.model.Id128;
import io.lethe.node.model.TenantId;

/** Who a request comes from in the end, on whosever behalf it runs. */
public sealed interface Asker {
    /** The store itself: what it must do for a tenant goes on whether that is served or not. */
    record Store() implements Asker {}

    /** Nobody who has shown a key. */
    record Anybody() implements Asker {}

    /** A user, by one of its keys or a session that came from one. */
    record User(TenantId tenant, Id128 user) implements Asker {}
}
