package io.lethe.client.model;

import java.util.List;

/**
 * What came of reading a copy of the metadata.
 *
 * @param places in which it was found
 * @param faults what is wrong with it; empty: nothing
 */
public record BackupCheck(List<String> places, List<String> faults) {
    public BackupCheck {
        places = List.copyOf(places);
        faults = List.copyOf(faults);
    }
}
