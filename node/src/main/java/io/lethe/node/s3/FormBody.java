package io.lethe.node.s3;

import io.lethe.node.http.BodyBroken;
import io.lethe.node.object.Body;
import io.lethe.node.s3.checksum.ChecksumAlgorithm;
import io.lethe.node.s3.checksum.ChecksumValue;
import io.lethe.node.s3.checksum.DeclaredChecksum;
import io.lethe.node.s3.checksum.RunningChecksum;
import io.lethe.node.s3.form.MultipartReader;
import io.lethe.node.s3.sigv4.PostPolicy;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The file of a form as the object path reads it: its length held to what the form's policy allows,
 * and a checksum that a field declares checked, before its end is told. One task.
 */
final class FormBody implements Body {
    private final MultipartReader content;
    private final Optional<PostPolicy> policy;
    private final DeclaredChecksum declared;
    private final @Nullable RunningChecksum running;
    private @Nullable ChecksumValue checksum;
    private long bytes;
    private boolean ended;

    /**
     * @param put the request that the form stands for
     */
    FormBody(MultipartReader content, Optional<PostPolicy> policy, S3Request put) {
        this.content = content;
        this.policy = policy;
        this.declared = DeclaredChecksum.of(put);
        this.running = declared.algorithm().map(ChecksumAlgorithm::start).orElse(null);
    }

    @Override
    public long declaredBytes() {
        return UNKNOWN;
    }

    @Override
    public Map<String, String> headersAtEnd() {
        ChecksumValue known = checksum;
        return known == null ? Map.of() : Map.of(known.algorithm().header(), known.text());
    }

    @Override
    public int read(byte[] target, int offset, int lengthBytes) throws InterruptedException {
        if (ended) {
            return -1;
        }
        int count;
        try {
            count = content.read(target, offset, lengthBytes);
        } catch (BodyBroken e) {
            throw RequestBody.broken(e);
        }
        if (count < 0) {
            ended = true;
            policy.ifPresent(said -> said.checkLength(bytes));
            checkSum();
            return -1;
        }
        bytes += count;
        if (policy.isPresent() && bytes > policy.get().mostBytes()) {
            policy.get().checkLength(bytes);
        }
        if (running != null) {
            running.update(target, offset, count);
        }
        return count;
    }

    private void checkSum() {
        if (running == null) {
            return;
        }
        ChecksumValue expected = declared.expected(Map.of()).orElseThrow();
        ChecksumValue computed = ChecksumValue.of(expected.algorithm(), running);
        if (!expected.same(computed)) {
            throw S3Error.BAD_DIGEST.because(
                    "The "
                            + expected.algorithm().word()
                            + " you specified did not match the calculated checksum.");
        }
        checksum = computed;
    }
}
