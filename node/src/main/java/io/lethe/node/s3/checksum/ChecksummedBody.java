package io.lethe.node.s3.checksum;

import io.lethe.node.object.Body;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Another body, whose checksum is computed on the way and stays with the object. One task. */
public final class ChecksummedBody implements Body {
    private final Body body;
    private final ChecksumAlgorithm algorithm;
    private final RunningChecksum running;
    private @Nullable ChecksumValue value;

    public ChecksummedBody(Body body, ChecksumAlgorithm algorithm) {
        this.body = body;
        this.algorithm = algorithm;
        running = algorithm.start();
    }

    /** Empty before the end. */
    public Optional<ChecksumValue> value() {
        return Optional.ofNullable(value);
    }

    @Override
    public long declaredBytes() {
        return body.declaredBytes();
    }

    @Override
    public Map<String, String> headersAtEnd() {
        ChecksumValue known = value;
        return known == null ? Map.of() : Map.of(algorithm.header(), known.text());
    }

    @Override
    public int read(byte[] target, int offset, int lengthBytes) throws InterruptedException {
        int count = body.read(target, offset, lengthBytes);
        if (count >= 0) {
            running.update(target, offset, count);
        } else if (value == null) {
            value = ChecksumValue.of(algorithm, running);
        }
        return count;
    }
}
