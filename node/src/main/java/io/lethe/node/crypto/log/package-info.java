/**
 * The transparency log: what a leaf is, the tree over the leaves, proofs of it, tiles, and the
 * signed notes by which tree heads are told. Pure: no clock, randomness, threads or files; who
 * appends, signs and serves hands those in. Formats are those of RFC 6962 and of C2SP (signed-note,
 * tlog-checkpoint, tlog-cosignature, tlog-tiles, tlog-proof). Start reading at {@link
 * io.lethe.node.crypto.log.Leaf}, then {@link io.lethe.node.crypto.log.Frontier} and {@link
 * io.lethe.node.crypto.log.Checkpoint}.
 */
@NullMarked
package io.lethe.node.crypto.log;

import org.jspecify.annotations.NullMarked;
