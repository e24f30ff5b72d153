package io.lethe.node.s3.access;

import io.lethe.node.base.codec.Decoder;
import io.lethe.node.base.codec.Encoder;

/**
 * What a session token says, sealed under its tenant's key.
 *
 * <pre>
 * format u8 = 1, kind u8 (0: the user's own, 1: the account's role), access key id string,
 * secret string, session name string, issued i64 and end i64 (ms since 1970), policy string
 * </pre>
 *
 * @param accessKeyId of the session, as requests are signed for
 * @param secret what they are signed with
 * @param sessionName empty for a user's own
 * @param policy that narrows it, as it was sent; empty: none
 */
record SessionRecord(
        Kind kind,
        String accessKeyId,
        String secret,
        String sessionName,
        long issuedMillis,
        long endMillis,
        String policy) {
    private static final int FORMAT = 1;

    /** Whose rights a session has. */
    enum Kind {
        USER,
        ACCOUNT_ROLE
    }

    byte[] encode() {
        return new Encoder(256)
                .u8(FORMAT)
                .u8(kind.ordinal())
                .string(accessKeyId)
                .string(secret)
                .string(sessionName)
                .i64(issuedMillis)
                .i64(endMillis)
                .string(policy)
                .toArray();
    }

    /**
     * @throws Decoder.CorruptEncoding for what {@link #encode} did not make
     */
    static SessionRecord decode(byte[] bytes) {
        Decoder in = new Decoder(bytes);
        int format = in.u8();
        int kind = in.u8();
        if (format != FORMAT || kind >= Kind.values().length) {
            throw new Decoder.CorruptEncoding("a session of format " + format);
        }
        SessionRecord record =
                new SessionRecord(
                        Kind.values()[kind],
                        in.string(),
                        in.string(),
                        in.string(),
                        in.i64(),
                        in.i64(),
                        in.string());
        in.end();
        return record;
    }

    /** Keeps the secret out of logs. */
    @Override
    public String toString() {
        return "SessionRecord[" + accessKeyId + "]";
    }
}
