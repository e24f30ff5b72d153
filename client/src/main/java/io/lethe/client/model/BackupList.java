package io.lethe.client.model;

import java.util.List;

/**
 * The copies of the metadata that a node can reach.
 *
 * @param faults places that could not be read, and why
 */
public record BackupList(List<BackupStatus> backups, List<String> faults) {
    public BackupList {
        backups = List.copyOf(backups);
        faults = List.copyOf(faults);
    }
}
