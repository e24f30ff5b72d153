/**
 * The SDK: buckets, objects and the cluster's state over gRPC, blocking or by futures.
 *
 * <p>Calls are repeated where that is safe, on another endpoint where one fails, within one
 * deadline; memory per transfer is bounded, whatever the object's size. No generated type is in the
 * public API. Start reading at {@link io.lethe.client.LetheClient}; inside, at {@code RetriedCall}.
 */
@NullMarked
package io.lethe.client;

import org.jspecify.annotations.NullMarked;
