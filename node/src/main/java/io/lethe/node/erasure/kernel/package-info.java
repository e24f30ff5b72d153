/**
 * The inner loop of the erasure code, a matrix times cells over GF(2^8), three times: by scalar
 * tables, by the Vector API and by ISA-L, bit for bit alike. Start reading at {@link
 * io.lethe.node.erasure.kernel.Kernel}.
 */
@NullMarked
package io.lethe.node.erasure.kernel;

import org.jspecify.annotations.NullMarked;
