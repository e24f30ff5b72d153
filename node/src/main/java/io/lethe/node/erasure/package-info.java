/**
 * The erasure code: Cauchy Reed-Solomon over GF(2^8), systematic, any k up to 32 and m up to 8.
 * Pure. Start reading at {@link io.lethe.node.erasure.ErasureCodec}.
 */
@NullMarked
package io.lethe.node.erasure;

import org.jspecify.annotations.NullMarked;
