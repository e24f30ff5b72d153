package io.lethe.node.base;

import java.security.SecureRandom;
import java.util.Random;

/** Randomness as a constructor argument: secure in production, seeded in simulation. */
public interface RandomSource {
    void fill(byte[] target);

    long nextLong();

    /** A uniform integer in {@code [0, bound)}. */
    int nextInt(int bound);

    static RandomSource secure() {
        return of(new SecureRandom());
    }

    static RandomSource seeded(long seed) {
        return of(new Random(seed));
    }

    private static RandomSource of(Random random) {
        return new RandomSource() {
            @Override
            public void fill(byte[] target) {
                random.nextBytes(target);
            }

            @Override
            public long nextLong() {
                return random.nextLong();
            }

            @Override
            public int nextInt(int bound) {
                return random.nextInt(bound);
            }
        };
    }
}
