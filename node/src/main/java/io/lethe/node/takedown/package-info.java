/**
 * Taking content down and destroying it, provably: what each part decides is pure and lies in a
 * package of its own. Start reading at {@link io.lethe.node.crypto.log.Frontier}, the transparency
 * log.
 */
@NullMarked
package io.lethe.node.takedown;

import org.jspecify.annotations.NullMarked;
