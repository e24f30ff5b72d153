package io.lethe.node.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lethe.node.base.codec.Decoder.CorruptEncoding;
import io.lethe.node.model.Build;
import io.lethe.node.model.DeviceId;
import io.lethe.node.model.Id128;
import io.lethe.node.model.NodeId;
import io.lethe.node.model.NodeRecord;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What nodes write into ZooKeeper: comes back as it was, and damaged as a refusal. */
final class ClusterCodecsTest {
    private static final int SEEDS = 500;

    /** Stored samples: never changed. The first is of a build before feature level 2. */
    private static final String FIRST_REGISTRATION =
            "0300000000000000010000000000000002000000000000000304686f73740000"
                    + "0004000000050000000600000007047261636b05036b65790100000000000000"
                    + "080000000000000009000000000000000a000000000000000b03"
                    + "000000000000000e0f800111"
                    + "010c0d03312e320000000300000004";

    private static final String REGISTRATION = FIRST_REGISTRATION + "042f646576";

    private static final String VOTERS =
            "0100000000000000010000000000000002010000000000000003000000000000"
                    + "0004016800000005060001000000000000000700000000000000080169000000"
                    + "090a";

    private static NodeId node(Random random) {
        return new NodeId(new Id128(random.nextLong(), random.nextLong()));
    }

    private static String text(Random random) {
        return "träger-" + Long.toString(random.nextLong() >>> random.nextInt(64), 36);
    }

    private static Registration registration(Random random) {
        Set<NodeRecord.Role> roles = EnumSet.noneOf(NodeRecord.Role.class);
        for (NodeRecord.Role role : NodeRecord.Role.values()) {
            if (random.nextBoolean()) {
                roles.add(role);
            }
        }
        List<Registration.Device> devices = new ArrayList<>();
        List<Registration.Damaged> damaged = new ArrayList<>();
        Registration.DeviceState[] states = Registration.DeviceState.values();
        for (int i = random.nextInt(5); i > 0; i--) {
            devices.add(
                    new Registration.Device(
                            new DeviceId(node(random).id()),
                            random.nextLong(),
                            random.nextLong(),
                            states[random.nextInt(states.length)],
                            random.nextLong(),
                            new Registration.Times(
                                    random.nextLong() >>> 1, random.nextInt(9), 1L << 40),
                            text(random)));
            damaged.add(
                    new Registration.Damaged(
                            random.nextInt(Integer.MAX_VALUE), random.nextInt(1_000)));
        }
        return new Registration(
                node(random),
                random.nextLong(),
                text(random),
                random.nextInt(),
                random.nextInt(),
                random.nextInt(),
                random.nextInt(),
                text(random),
                roles,
                text(random),
                devices,
                damaged,
                new Build(text(random), 1 + random.nextInt(9), 10 + random.nextInt(9)));
    }

    private static List<DirectoryVoters.Voter> members(Random random) {
        List<DirectoryVoters.Voter> members = new ArrayList<>();
        for (int i = random.nextInt(8); i > 0; i--) {
            int generation = random.nextInt(Integer.MAX_VALUE);
            members.add(
                    new DirectoryVoters.Voter(
                            node(random), text(random), random.nextInt(65_536), generation));
        }
        return members;
    }

    private static DirectoryVoters voters(Random random) {
        return new DirectoryVoters(
                node(random).id(), members(random), members(random), members(random));
    }

    /** Null when it was refused; anything but a refusal goes through. */
    private static <T> @Nullable T decoded(Function<byte[], T> decode, byte[] encoded) {
        try {
            return decode.apply(encoded);
        } catch (CorruptEncoding e) {
            return null;
        }
    }

    /** Whole it comes back; cut it is refused; a flipped bit does no more than that. */
    private static <T> void check(
            String named, T value, byte[] encoded, Function<byte[], T> decode, Random random) {
        assertThat(decode.apply(encoded)).as(named).isEqualTo(value);
        byte[] cut = Arrays.copyOf(encoded, random.nextInt(encoded.length));
        T read = decoded(decode, cut);
        assertThat(read).as(named).isNotEqualTo(value);
        byte[] flipped = encoded.clone();
        int bit = random.nextInt(8 * encoded.length);
        flipped[bit / 8] ^= (byte) (1 << bit % 8);
        var _ = decoded(decode, flipped);
    }

    @Test
    void aRegistrationComesBackAsItWas() {
        for (long seed = 1; seed <= SEEDS; seed++) {
            Random random = new Random(seed);
            Registration said = registration(random);
            check("seed " + seed, said, said.encode(), Registration::decode, random);
        }
    }

    @Test
    void whatANewerBuildAddsToARegistrationIsPassedOver() {
        Registration said = registration(new Random(1));
        byte[] longer = Arrays.copyOf(said.encode(), said.encode().length + 9);
        assertThat(Registration.decode(longer)).isEqualTo(said);
    }

    @Test
    void directoryVotersComeBackAsTheyWere() {
        for (long seed = 1; seed <= SEEDS; seed++) {
            Random random = new Random(seed);
            DirectoryVoters said = voters(random);
            check("seed " + seed, said, said.encode(), DirectoryVoters::decode, random);
            byte[] longer = Arrays.copyOf(said.encode(), said.encode().length + 1);
            assertThatThrownBy(() -> DirectoryVoters.decode(longer))
                    .as("seed %d", seed)
                    .isInstanceOf(CorruptEncoding.class);
        }
    }

    @Test
    void noBytesDoMoreThanBeRefused() {
        for (long seed = 1; seed <= 20 * SEEDS; seed++) {
            Random random = new Random(seed);
            byte[] bytes = new byte[random.nextInt(200)];
            random.nextBytes(bytes);
            if (bytes.length > 0) {
                bytes[0] = 1;
            }
            var _ = decoded(Registration::decode, bytes);
            var _ = decoded(DirectoryVoters::decode, bytes);
        }
    }

    private static Registration stored(String path) {
        return new Registration(
                new NodeId(new Id128(1, 2)),
                3,
                "host",
                4,
                5,
                6,
                7,
                "rack",
                Set.of(NodeRecord.Role.GATEWAY, NodeRecord.Role.STORAGE),
                "key",
                List.of(
                        new Registration.Device(
                                new DeviceId(new Id128(8, 9)),
                                10,
                                11,
                                Registration.DeviceState.SLOW,
                                14,
                                new Registration.Times(15, 128, 17),
                                path)),
                List.of(new Registration.Damaged(12, 13)),
                new Build("1.2", 3, 4));
    }

    @Test
    void whatIsStoredIsReadAsItWasWritten() {
        DirectoryVoters voters =
                new DirectoryVoters(
                        new Id128(1, 2),
                        List.of(new DirectoryVoters.Voter(new NodeId(new Id128(3, 4)), "h", 5, 6)),
                        List.of(),
                        List.of(
                                new DirectoryVoters.Voter(
                                        new NodeId(new Id128(7, 8)), "i", 9, 10)));
        assertThat(HexFormat.of().formatHex(stored("/dev").encode())).isEqualTo(REGISTRATION);
        assertThat(Registration.decode(HexFormat.of().parseHex(REGISTRATION)))
                .isEqualTo(stored("/dev"));
        assertThat(Registration.decode(HexFormat.of().parseHex(FIRST_REGISTRATION)))
                .isEqualTo(stored(""));
        assertThat(HexFormat.of().formatHex(voters.encode())).isEqualTo(VOTERS);
    }
}
