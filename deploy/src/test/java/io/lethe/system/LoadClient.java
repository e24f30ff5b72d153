package io.lethe.system;

import io.lethe.client.ErrorCode;
import io.lethe.client.GetOptions;
import io.lethe.client.LetheException;
import io.lethe.client.ListOptions;
import io.lethe.client.ObjectClient;
import io.lethe.client.ObjectStream;
import io.lethe.client.PutOptions;
import io.lethe.client.Source;
import io.lethe.client.model.ByteRange;
import io.lethe.client.model.Conditions;
import io.lethe.client.model.ListEntry;
import io.lethe.client.model.ObjectVersion;
import io.lethe.client.model.PutResult;
import io.lethe.node.sim.KeyHistory;
import io.lethe.node.sim.KeyHistory.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;

/** One client of a {@link MixedLoad}: does one thing after the other. One thread. */
final class LoadClient {
    static final String NUMBER = "write";

    /** Longer than an election and a node that hangs; a client who waits longer has gone. */
    private static final Duration PATIENCE = Duration.ofSeconds(45);

    private static final long INLINE_BYTES = 16 << 10;
    private static final long SOME_BYTES = 1 << 20;
    private static final long MANY_BYTES = 6 << 20;

    /** More than one segment, which has 64 MiB. */
    private static final long LARGE_BYTES = 65L << 20;

    /** What a client must never see, whatever breaks. */
    private static final List<ErrorCode> NEVER =
            List.of(
                    ErrorCode.INTEGRITY,
                    ErrorCode.CORRUPT,
                    ErrorCode.CHUNK_CONFLICT,
                    ErrorCode.INTERNAL,
                    ErrorCode.UNRECOGNIZED);

    private final MixedLoad load;
    private final SplittableRandom random;
    private final ObjectClient objects;
    private final PartsUpload parts;

    LoadClient(MixedLoad load, SplittableRandom random) {
        this.load = load;
        this.random = random;
        objects = load.client.objects().within(PATIENCE);
        parts = new PartsUpload(load, random);
    }

    SplittableRandom random() {
        return random;
    }

    static String bucket(String place) {
        return place.substring(0, place.indexOf('/'));
    }

    static String key(String place) {
        return place.substring(place.indexOf('/') + 1);
    }

    void operate() {
        String place = load.someKey(random);
        boolean versioned = bucket(place).equals(MixedLoad.VERSIONED);
        if (!versioned && load.takeLarge(random)) {
            if (random.nextBoolean()) {
                put(place, Kind.PUT, LARGE_BYTES + random.nextLong(LARGE_BYTES / 8));
            } else {
                parts.upload(place);
            }
            return;
        }
        int dice = random.nextInt(100);
        if (dice < 30) {
            put(place, Kind.PUT, someBytes());
        } else if (dice < 36) {
            put(place, Kind.CREATE, someBytes());
        } else if (dice < 46) {
            delete(place);
        } else if (dice < 55) {
            attempt("list", () -> list(bucket(place), "p" + random.nextInt(MixedLoad.PREFIXES)));
        } else if (dice < 70) {
            attempt("get range", () -> readSome(place));
        } else {
            attempt("get", () -> readWhole(place));
        }
    }

    private long someBytes() {
        int dice = random.nextInt(100);
        long most = dice < 45 ? INLINE_BYTES : dice < 92 ? SOME_BYTES : MANY_BYTES;
        return Written.MOST_WRITES + random.nextLong(most);
    }

    /** Something whose failure tells nothing of the key. */
    private void attempt(String what, Runnable doing) {
        try {
            doing.run();
            load.done(what);
        } catch (LetheException | UncheckedIOException e) {
            failed(what, e);
        }
    }

    private void failed(String what, RuntimeException e) {
        told(e).ifPresentOrElse(
                        told -> {
                            load.failed(what + " " + told.code());
                            if (NEVER.contains(told.code())) {
                                load.violated(what + " failed with " + told.code() + ": " + told);
                            }
                        },
                        () -> load.violated(what + " failed: " + e));
    }

    /** A stream's failure lies below the exception that reading it throws. */
    static Optional<LetheException> told(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof LetheException told) {
                return Optional.of(told);
            }
        }
        return Optional.empty();
    }

    private void put(String place, Kind kind, long bytes) {
        int number = load.histories.nextWrite(place);
        if (number == 0) {
            return;
        }
        Written written = Written.about(place, number, bytes);
        PutOptions.Builder options = PutOptions.builder().metadata(NUMBER, String.valueOf(number));
        if (kind == Kind.CREATE) {
            options.conditions(Conditions.absent());
        }
        int begun = load.histories.begin(place, kind, number);
        try {
            PutResult result =
                    objects.put(bucket(place), key(place), source(written), options.build());
            load.histories.acknowledged(place, begun);
            load.done(kind == Kind.CREATE ? "create" : bytes > MANY_BYTES ? "put large" : "put");
            if (result.sizeBytes() != written.sizeBytes()) {
                load.violated(written + " was stored as " + result);
            }
            if (bucket(place).equals(MixedLoad.VERSIONED)) {
                load.versions.put(place + '\0' + result.versionId(), written);
            }
        } catch (LetheException e) {
            if (kind == Kind.CREATE && e.code() == ErrorCode.PRECONDITION_FAILED) {
                load.histories.refused(place, begun, KeyHistory.ANY);
                load.done("create refused");
            } else {
                failed("put", e);
            }
        }
    }

    static Source source(Written written) {
        return new Source() {
            @Override
            public OptionalLong sizeBytes() {
                return OptionalLong.of(written.sizeBytes());
            }

            @Override
            public boolean rereadable() {
                return true;
            }

            @Override
            public InputStream open() {
                return written.stream();
            }

            @Override
            public String description() {
                return written.toString();
            }
        };
    }

    private void delete(String place) {
        int begun = load.histories.begin(place, Kind.DELETE, KeyHistory.ABSENT);
        try {
            var _ = objects.delete(bucket(place), key(place));
            load.histories.acknowledged(place, begun);
            load.done("delete");
        } catch (LetheException e) {
            failed("delete", e);
        }
    }

    void readWhole(String place) {
        read(place, false);
    }

    private void readSome(String place) {
        read(place, true);
    }

    private void read(String place, boolean some) {
        long start = System.nanoTime();
        GetOptions.Builder options = GetOptions.builder();
        if (some) {
            long from = random.nextLong(SOME_BYTES);
            options.range(ByteRange.of(from, from + random.nextLong(SOME_BYTES)));
        }
        try (ObjectStream stream = objects.open(bucket(place), key(place), options.build())) {
            ObjectVersion version = stream.result().object();
            Written written = written(place, version);
            load.histories.read(place, written.number(), start);
            compare(written, stream);
        } catch (LetheException e) {
            if (e.code() == ErrorCode.NO_SUCH_KEY) {
                load.histories.read(place, KeyHistory.ABSENT, start);
            } else if (e.code() != ErrorCode.INVALID_RANGE) {
                throw e;
            }
        }
    }

    private static Written written(String place, ObjectVersion version) {
        String number = version.metadata().getOrDefault(NUMBER, "0");
        return new Written(place, Integer.parseInt(number), version.sizeBytes());
    }

    private void compare(Written written, ObjectStream stream) {
        var range = stream.result().range();
        try {
            written.difference(range.startBytes(), range.lengthBytes(), stream)
                    .ifPresent(load::violated);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void readVersion(Written written, String versionId) {
        GetOptions options = GetOptions.builder().versionId(versionId).build();
        String place = written.key();
        try (ObjectStream stream = objects.open(bucket(place), key(place), options)) {
            compare(written, stream);
        } catch (LetheException.NotFound e) {
            load.violated("version " + versionId + " of " + written + " is gone: " + e);
        }
    }

    /** Keys that it does not show were not there at some moment meanwhile. */
    private void list(String bucket, String prefix) {
        long start = System.nanoTime();
        List<String> known =
                load.histories.keys(bucket + "/" + prefix).stream()
                        .filter(place -> !load.histories.isFull(place))
                        .toList();
        Map<String, Integer> listed = listed(bucket, prefix);
        known.forEach(place -> listedOrAbsent(place, listed, start));
    }

    /** Keys that have been left alone included. */
    void listAll(String bucket) {
        long start = System.nanoTime();
        List<String> known = load.histories.keys(bucket + "/");
        Map<String, Integer> listed = listed(bucket, "");
        known.forEach(place -> listedOrAbsent(place, listed, start));
    }

    private void listedOrAbsent(String place, Map<String, Integer> listed, long start) {
        load.histories.read(place, listed.getOrDefault(place, KeyHistory.ABSENT), start);
    }

    /** Places with the numbers of their writes. */
    private Map<String, Integer> listed(String bucket, String prefix) {
        Map<String, Integer> listed = new HashMap<>();
        String last = "";
        for (ListEntry entry : objects.list(bucket, ListOptions.prefix(prefix))) {
            String place = bucket + "/" + entry.name();
            if (place.compareTo(last) <= 0 || !load.histories.knows(place)) {
                load.violated("a listing shows " + place + " after " + last);
            }
            last = place;
            ObjectVersion version = (ObjectVersion) entry;
            listed.put(place, Written.numberOf(version.sizeBytes()));
        }
        return listed;
    }
}
