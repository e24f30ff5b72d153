package io.lethe.node.metadata.command;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.Check;
import io.lethe.node.metadata.command.PartitionCommand.RaisePgEpoch;
import io.lethe.node.model.WriteId;
import java.util.List;

/**
 * Part of what a partition without objects hands on: what it answered, for whoever asks again, and
 * from which epochs on it takes chunks.
 */
public record Legacy(List<Result> results, List<RaisePgEpoch> floors) {
    /** Bytes of a result: it may have an object's key. */
    public static final int MOST_RESULT_BYTES = 8 * 1024;

    /**
     * How a write or a request ended.
     *
     * @param endedMillis a day later it may be forgotten
     * @param row as the partition keeps it; of the state's own format
     */
    public record Result(WriteId write, long endedMillis, Bytes row) {
        public Result {
            Check.range("result bytes", row.length(), 0, MOST_RESULT_BYTES);
        }
    }

    public Legacy {
        results = List.copyOf(results);
        floors = List.copyOf(floors);
        Check.range("results", results.size(), 0, PartitionCommand.MOST_LIST);
        Check.range("floors", floors.size(), 0, PartitionCommand.MOST_LIST);
    }
}
