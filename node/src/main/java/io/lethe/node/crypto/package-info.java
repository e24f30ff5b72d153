/**
 * Keys and what they do: cells encrypted, keys wrapped, small values sealed, tickets signed,
 * plaintext digested. Algorithms come from the JDK; randomness is always an argument. Start reading
 * at {@link io.lethe.node.crypto.CellCipher}, then {@link io.lethe.node.crypto.KeyWrap}.
 */
@NullMarked
package io.lethe.node.crypto;

import org.jspecify.annotations.NullMarked;
