package io.lethe.node.s3.access;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.codec.Decoder;
import io.lethe.node.base.codec.Encoder;
import io.lethe.node.model.Id128;
import io.lethe.node.model.TenantId;
import java.util.Base64;
import java.util.Optional;

/**
 * A session token as clients carry it: whose key opens it, and what is sealed. In base64.
 *
 * <pre>
 * format u8 = 1, tenant id 16, parent access key id string, sealed bytes
 * </pre>
 *
 * @param parentKeyId of the access key that the session came from
 * @param sealed a {@link SessionRecord} under the tenant's key, for this parent
 */
record SessionToken(TenantId tenant, String parentKeyId, Bytes sealed) {
    /** A policy of 2,048 characters of three bytes, and the rest; a third more in base64. */
    static final int MOST_CHARS = 10 * 1024;

    private static final int FORMAT = 1;

    String encode() {
        Encoder out = new Encoder(512).u8(FORMAT);
        tenant.id().encode(out);
        out.string(parentKeyId).bytes(sealed);
        return Base64.getEncoder().encodeToString(out.toArray());
    }

    /** Empty for what is no token. */
    static Optional<SessionToken> parse(String text) {
        if (text.length() > MOST_CHARS) {
            return Optional.empty();
        }
        try {
            Decoder in = new Decoder(Base64.getDecoder().decode(text));
            if (in.u8() != FORMAT) {
                return Optional.empty();
            }
            SessionToken token =
                    new SessionToken(new TenantId(Id128.decode(in)), in.string(), in.bytes());
            in.end();
            return Optional.of(token);
        } catch (IllegalArgumentException | Decoder.CorruptEncoding e) {
            return Optional.empty();
        }
    }
}
