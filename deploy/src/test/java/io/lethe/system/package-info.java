/**
 * System tests: real processes, real disks, a real ZooKeeper, faults by kill. Start reading at
 * {@link io.lethe.system.Cluster}.
 */
@NullMarked
package io.lethe.system;

import org.jspecify.annotations.NullMarked;
