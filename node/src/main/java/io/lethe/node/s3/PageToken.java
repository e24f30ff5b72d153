package io.lethe.node.s3;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.codec.Decoder;
import io.lethe.node.base.codec.Encoder;
import java.util.Base64;

/**
 * Where a listing goes on: opaque to clients, who send it back.
 *
 * <p>Base64url without padding of: format u8 = 1, kind u8, position as bytes behind a varint
 * length. What a position means is up to the listing of that kind.
 */
public record PageToken(Kind kind, Bytes position) {
    private static final int FORMAT = 1;

    /** A key of 1 KiB and a version, with room. */
    private static final int MOST_CHARS = 4 * 1024;

    /** A token of one kind of listing is of no use in another. */
    public enum Kind {
        OBJECTS(1),
        BUCKETS(2),
        PARTS(3);

        private final int code;

        Kind(int code) {
            this.code = code;
        }
    }

    public String encode() {
        byte[] bytes =
                new Encoder(position.length() + 8)
                        .u8(FORMAT)
                        .u8(kind.code)
                        .bytes(position)
                        .toArray();
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /**
     * @throws S3Exception InvalidArgument unless it is a token of this kind
     */
    public static PageToken decode(String text, Kind kind) {
        if (text.length() <= MOST_CHARS) {
            try {
                Decoder in = new Decoder(Base64.getUrlDecoder().decode(text));
                if (in.u8() == FORMAT && in.u8() == kind.code) {
                    Bytes position = in.bytes();
                    in.end();
                    return new PageToken(kind, position);
                }
            } catch (IllegalArgumentException | Decoder.CorruptEncoding e) {
                // Said below, as for another kind.
            }
        }
        throw S3Error.INVALID_ARGUMENT
                .because("The continuation token provided is incorrect")
                .with("ArgumentName", "continuation-token");
    }
}
