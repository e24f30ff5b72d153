package io.lethe.node.chunk;

/**
 * Where an extent begins. Data files are append-only and their numbers never come back, so a
 * location names one extent for ever.
 */
record Location(int file, long offset) {
    @Override
    public String toString() {
        return "file " + file + " at " + offset;
    }
}
