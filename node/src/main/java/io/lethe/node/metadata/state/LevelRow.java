package io.lethe.node.metadata.state;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.codec.Decoder;
import io.lethe.node.base.codec.Encoder;
import io.lethe.node.model.FeatureLevels;

/**
 * The highest feature level by which a group's state was ever changed, in {@link Family#META}: a
 * build that does not speak it can't go on with the state. In the directory it is the level in
 * force. Static and pure.
 *
 * <p>Key: "level". Value: format u8 = 1 ‖ level i32, and in all times to come: builds that can read
 * nothing else of the state read this.
 */
public final class LevelRow {
    static final Bytes KEY = Bytes.utf8("level");
    private static final int FORMAT = 1;

    private LevelRow() {}

    /** The lowest there is where nothing was written. */
    public static int read(Rows rows) {
        Bytes value = rows.get(Family.META, KEY);
        if (value == null) {
            return FeatureLevels.LOWEST_EVER;
        }
        Decoder in = new Decoder(value);
        if (in.u8() != FORMAT) {
            throw new Decoder.CorruptEncoding("a feature level of an unknown format");
        }
        return in.i32();
    }

    static Change.Put put(int level) {
        return new Change.Put(Family.META, KEY, new Encoder().u8(FORMAT).i32(level).toBytes());
    }
}
