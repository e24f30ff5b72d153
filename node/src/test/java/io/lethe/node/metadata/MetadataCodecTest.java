package io.lethe.node.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lethe.node.base.Bytes;
import io.lethe.node.base.RandomSource;
import io.lethe.node.base.codec.Decoder.CorruptEncoding;
import io.lethe.node.base.codec.Encoder;
import io.lethe.node.metadata.command.PartitionReply;
import io.lethe.node.metadata.command.ReplyCodec;
import io.lethe.node.metadata.raft.ReplicatedLog.Role;
import io.lethe.node.model.ErrorCode;
import io.lethe.node.model.GroupId;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class MetadataCodecTest {
    private static final List<MetadataRequest> REQUESTS =
            List.of(
                    new MetadataRequest.Execute(Bytes.utf8("entry")),
                    new MetadataRequest.Ask(Bytes.utf8("query")),
                    new MetadataRequest.Status());
    private static final List<MetadataResponse> RESPONSES =
            List.of(
                    new MetadataResponse.Replied(300, Bytes.utf8("reply")),
                    new MetadataResponse.Answered(Bytes.utf8("answer")),
                    new MetadataResponse.NotLeader(null),
                    new MetadataResponse.NotLeader(Groups.node(2)),
                    new MetadataResponse.Failed(ErrorCode.OVERLOADED, "busy"),
                    new MetadataResponse.Stands(
                            new ReplicaStatus(
                                    Role.LEARNER,
                                    3,
                                    Groups.node(1),
                                    9,
                                    8,
                                    1,
                                    10,
                                    3,
                                    9,
                                    5,
                                    -7,
                                    77,
                                    8,
                                    null)));

    @Test
    void everyRequestAndResponseComesBackAsItWas() {
        for (MetadataRequest request : REQUESTS) {
            assertThat(MetadataRequest.decode(MetadataRequest.encode(request))).isEqualTo(request);
        }
        for (MetadataResponse response : RESPONSES) {
            assertThat(MetadataResponse.decode(MetadataResponse.encode(response)))
                    .isEqualTo(response);
        }
    }

    @Test
    void theFormatIsAsDocumented() {
        assertThat(hex(MetadataRequest.encode(REQUESTS.get(0)))).isEqualTo("0101656e747279");
        assertThat(hex(MetadataResponse.encode(RESPONSES.get(0)))).isEqualTo("0101ac027265706c79");
        assertThat(hex(MetadataResponse.encode(RESPONSES.get(2)))).isEqualTo("010300");
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    @Test
    void anErrorOfANewerBuildLeavesTheOutcomeOpenOrIsAFailure() {
        byte[] failed = new Encoder().u8(1).u8(4).string("FUTURE_PROBLEM").string("why").toArray();
        assertThat(MetadataResponse.decode(failed))
                .isEqualTo(new MetadataResponse.Failed(ErrorCode.OUTCOME_UNKNOWN, "why"));
        Bytes refused = new Encoder().u8(1).u8(2).string("FUTURE_PROBLEM").string("why").toBytes();
        assertThat(ReplyCodec.decodePartition(refused))
                .isEqualTo(new PartitionReply.Refused(ErrorCode.INTERNAL, "why"));
    }

    @Test
    void damagedOnesAreRefusedAndNothingElse() {
        for (long seed = 1; seed <= 200; seed++) {
            RandomSource random = RandomSource.seeded(seed);
            byte[] bytes = MetadataResponse.encode(RESPONSES.get(random.nextInt(RESPONSES.size())));
            byte[] damaged = Arrays.copyOf(bytes, random.nextInt(bytes.length + 1));
            if (damaged.length > 0) {
                damaged[random.nextInt(damaged.length)] ^= (byte) (1 + random.nextInt(255));
            }
            try {
                assertThat(MetadataResponse.decode(damaged)).as("seed %d", seed).isNotNull();
            } catch (CorruptEncoding e) {
                assertThat(e).as("seed %d", seed).hasMessageNotContaining("null");
            }
        }
        assertThatThrownBy(() -> MetadataRequest.decode(new byte[] {2, 1}))
                .isInstanceOf(CorruptEncoding.class)
                .hasMessageContaining("format 2");
    }

    @Test
    void aServerAnswersGarbageAndUnknownGroups() throws InterruptedException {
        GroupServers servers = new GroupServers();
        assertThat(MetadataResponse.decode(servers.handle(new GroupId(1), new byte[] {9}, 0)))
                .isInstanceOfSatisfying(
                        MetadataResponse.Failed.class,
                        it -> assertThat(it.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT));
        assertThat(
                        MetadataResponse.decode(
                                servers.handle(
                                        new GroupId(1),
                                        MetadataRequest.encode(new MetadataRequest.Status()),
                                        0)))
                .isEqualTo(new MetadataResponse.NotLeader(null));
    }
}
