package io.lethe.node.rpc;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.codec.Decoder;
import io.lethe.node.base.codec.Encoder;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.StoreException;
import io.lethe.node.object.ObjectLister;
import io.lethe.node.object.Objects;
import java.util.Base64;

/**
 * Where a listing goes on; opaque to clients.
 *
 * <p>Encoding, in URL-safe base64: format u8 = 1, after (varint length, bytes), order i64.
 */
record PageToken(Bytes after, long afterOrder) {
    private static final int FORMAT = 1;

    static PageToken parse(String token) {
        if (token.isEmpty()) {
            return new PageToken(Bytes.EMPTY, 0);
        }
        try {
            Decoder in = new Decoder(Base64.getUrlDecoder().decode(token));
            if (in.u8() == FORMAT) {
                PageToken parsed = new PageToken(in.bytes(), in.i64());
                in.end();
                return parsed;
            }
        } catch (Decoder.CorruptEncoding | IllegalArgumentException e) {
            // Said below, as for another format.
        }
        throw new StoreException(
                ErrorCode.INVALID_ARGUMENT,
                "the page token is not one that this cluster gave; start the listing again");
    }

    /** Empty when the listing is done. */
    static String next(ObjectLister.Page page) {
        if (page.next().isEmpty()) {
            return "";
        }
        return show(page.next(), page.nextOrder());
    }

    /** For lists by name: goes on after this one. */
    static String after(String name) {
        return show(Bytes.utf8(name), 0);
    }

    private static String show(Bytes after, long order) {
        byte[] token = new Encoder().u8(FORMAT).bytes(after).i64(order).toArray();
        return Base64.getUrlEncoder().withoutPadding().encodeToString(token);
    }

    /** 0 asks for the most there is. */
    static int limit(int asked) {
        return asked <= 0 || asked > Objects.MOST_PAGE ? Objects.MOST_PAGE : asked;
    }
}
