package io.lethe.node.backup;

import io.lethe.node.model.Id128;
import java.io.IOException;
import java.util.List;

/** Where backups are kept. Safe for any task, one change at a time. */
public interface BackupPlace {
    /**
     * The file of a backup that is written first, before any copy of keys is registered, so it also
     * shows whether the place can be written to: the id of the cluster whose backup it is, 32 hex
     * digits and a line end, UTF-8.
     */
    String OWNER = "cluster";

    /** Shown to operators. */
    String name();

    /**
     * Whether its copies of keys are out of the cluster's hands: then the backup brings its own
     * key, and a purge can only say that there are such copies.
     */
    boolean outside();

    /**
     * Makes a file of a backup, durably; what was there under its name is replaced. The first is
     * {@link #OWNER}.
     */
    void write(Id128 backup, String file, Content content) throws IOException, InterruptedException;

    /**
     * @throws IOException also when there is no such file
     */
    Content open(Id128 backup, String file) throws IOException, InterruptedException;

    /** Whatever is kept here, complete or not, oldest first. */
    List<Id128> list() throws IOException, InterruptedException;

    /**
     * Removes a backup, its keys first, so that nothing can bring them back.
     *
     * @return whether the keys were overwritten in place, or no file of keys was ever made
     */
    boolean delete(Id128 backup) throws IOException, InterruptedException;
}
