/**
 * Copies of the cluster's metadata: made from running groups, kept in a folder and in the store
 * itself, listed and checked. Start reading at {@link io.lethe.node.backup.BackupFile} for what a
 * copy is, and at {@link io.lethe.node.backup.BackupRun} for how it is made.
 */
@NullMarked
package io.lethe.node.backup;

import org.jspecify.annotations.NullMarked;
