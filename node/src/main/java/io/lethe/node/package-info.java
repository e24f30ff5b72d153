/**
 * The storage node: composition only. Start reading at {@code Node}, which wires every layer, and
 * {@code Main}, which is the program.
 */
@NullMarked
package io.lethe.node;

import org.jspecify.annotations.NullMarked;
