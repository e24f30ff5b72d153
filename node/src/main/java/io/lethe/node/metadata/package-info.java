/**
 * The cluster's records: the directory and the partitions, as upper layers use them. Start reading
 * at {@link io.lethe.node.metadata.Metadata} and {@link io.lethe.node.metadata.Directory}.
 */
@NullMarked
package io.lethe.node.metadata;

import org.jspecify.annotations.NullMarked;
