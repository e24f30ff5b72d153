/**
 * Redundancy brought back: a device gets the chunks that it should have, whether they were lost,
 * are damaged, or are at a device that leaves. Each node does it for its own devices, so a lost
 * device is rebuilt by all others at once. Start reading at {@link io.lethe.node.repair.Healer}.
 */
@NullMarked
package io.lethe.node.repair;

import org.jspecify.annotations.NullMarked;
