/**
 * The transparency log: the tree over its leaves, proofs of it, and tiles. Pure: no clock,
 * randomness, threads or files; who appends and serves hands those in. Formats are those of RFC
 * 6962 and of C2SP tlog-tiles. Start reading at {@link io.lethe.node.takedown.log.Frontier}.
 */
@NullMarked
package io.lethe.node.takedown.log;

import org.jspecify.annotations.NullMarked;
