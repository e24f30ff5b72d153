package io.lethe.node.chunk.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class FrameReaderTest {
    private static final class Recording implements FrameReader.Listener {
        final List<String> seen = new ArrayList<>();
        private final ByteBuf body = Unpooled.buffer();

        @Override
        public void onFrame(FrameHead head) {
            seen.add(head.type() + " " + head.requestId() + " " + Arrays.toString(head.fields()));
        }

        @Override
        public void onBody(ByteBuf in, int lengthBytes) {
            body.writeBytes(in, in.readerIndex(), lengthBytes);
        }

        @Override
        public void onBodyEnd() {
            byte[] bytes = new byte[body.readableBytes()];
            body.readBytes(bytes);
            seen.add("body " + Arrays.hashCode(bytes));
        }
    }

    private static byte[] conversation(Random random) {
        ByteBuf out = Unpooled.buffer();
        for (int i = 1; i <= 20; i++) {
            byte[] body = new byte[1 + random.nextInt(3000)];
            random.nextBytes(body);
            byte[] fields = new byte[random.nextInt(100)];
            random.nextBytes(fields);
            append(out, FrameHead.of(FrameType.OK, i, fields));
            append(out, FrameHead.body(FrameType.READ_DATA, i, body.length));
            out.writeBytes(body);
        }
        return Arrays.copyOf(out.array(), out.writerIndex());
    }

    private static void append(ByteBuf out, FrameHead head) {
        ByteBuf encoded = head.encode(UnpooledByteBufAllocator.DEFAULT);
        out.writeBytes(encoded);
        encoded.release();
    }

    @Test
    void framesComeOutTheSameHoweverTheyAreCut() {
        for (int seed = 0; seed < 50; seed++) {
            Random random = new Random(seed);
            byte[] bytes = conversation(random);
            Recording whole = new Recording();
            new FrameReader(whole).feed(Unpooled.wrappedBuffer(bytes));
            Recording cut = new Recording();
            FrameReader reader = new FrameReader(cut);
            for (int at = 0; at < bytes.length; ) {
                int next = Math.min(bytes.length - at, 1 + random.nextInt(500));
                reader.feed(Unpooled.wrappedBuffer(bytes, at, next));
                at += next;
            }
            assertThat(cut.seen).as("seed %d", seed).isEqualTo(whole.seen).hasSize(60);
        }
    }

    private static byte[] valid() {
        ByteBuf out = Unpooled.buffer();
        append(out, FrameHead.of(FrameType.PING, 0));
        return Arrays.copyOf(out.array(), out.writerIndex());
    }

    private static void refused(int at, int value, String message) {
        byte[] bytes = valid();
        bytes[at] = (byte) value;
        assertThatThrownBy(
                        () -> new FrameReader(new Recording()).feed(Unpooled.wrappedBuffer(bytes)))
                .isInstanceOf(ProtocolViolation.class)
                .hasMessageContaining(message);
    }

    @Test
    void aHeadThatBreaksARuleIsRefused() {
        refused(0, 0x7f, "header of");
        refused(3, 3, "header of");
        refused(4, 'G', "something else");
        refused(6, 2, "version 2");
        refused(7, 0xee, "unknown type");
        refused(11, 1, "flags");
        refused(20, 0x7f, "deadline");
        refused(27, 1, "body");
    }
}
