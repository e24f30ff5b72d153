package io.lethe.node.backup;

import io.lethe.node.base.RandomSource;
import io.lethe.node.base.background.Pace;
import io.lethe.node.base.task.Tasks;
import io.lethe.node.crypto.RootKeys;
import io.lethe.node.metadata.Directory;
import io.lethe.node.metadata.ExportingMetadata;
import io.lethe.node.model.NodeId;

/**
 * What backups are made with.
 *
 * @param pace what reading states and writing them may take
 */
public record BackupPorts(
        NodeId self,
        Tasks tasks,
        RandomSource random,
        Directory directory,
        ExportingMetadata metadata,
        RootKeys root,
        Pace pace) {}
