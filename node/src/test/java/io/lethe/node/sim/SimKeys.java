package io.lethe.node.sim;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.RandomSource;
import io.lethe.node.base.codec.Decoder;
import io.lethe.node.base.codec.Encoder;
import io.lethe.node.crypto.KeyBytes;
import io.lethe.node.metadata.command.ShardGrant;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.Id128;
import io.lethe.node.model.StoreException;
import io.lethe.node.model.WriteId;
import io.lethe.node.object.VersionKeys;

/**
 * Wrapping that binds as the real one does and hides nothing: the wrong shard or write is noticed.
 */
final class SimKeys implements VersionKeys {
    private final RandomSource random;

    SimKeys(RandomSource random) {
        this.random = random;
    }

    @Override
    public KeyBytes fresh() {
        return KeyBytes.random(random);
    }

    @Override
    public Bytes wrap(KeyBytes dataKey, ShardGrant shard, WriteId write) {
        Encoder out = new Encoder(64);
        shard.shard().id().encode(out);
        write.id().encode(out);
        return out.raw(dataKey.getEncoded()).toBytes();
    }

    @Override
    public KeyBytes unwrap(Bytes wrapped, ShardGrant shard, WriteId write) {
        Decoder in = new Decoder(wrapped);
        Id128 shardId = Id128.decode(in);
        Id128 writeId = Id128.decode(in);
        if (!shardId.equals(shard.shard().id()) || !writeId.equals(write.id())) {
            throw new StoreException(ErrorCode.CORRUPT, "wrapped for another shard or write");
        }
        return KeyBytes.copyOf(in.raw(KeyBytes.BYTES));
    }

    @Override
    public Bytes sealInfo(KeyBytes dataKey, WriteId write, byte[] info) {
        Encoder out = new Encoder(info.length + 16);
        write.id().encode(out);
        return out.raw(info).toBytes();
    }

    @Override
    public byte[] openInfo(KeyBytes dataKey, WriteId write, Bytes sealed) {
        Decoder in = new Decoder(sealed);
        if (!Id128.decode(in).equals(write.id())) {
            throw new StoreException(ErrorCode.CORRUPT, "sealed for another write");
        }
        return in.raw(sealed.length() - Id128.BYTES);
    }
}
