package io.lethe.node.backup;

import io.lethe.node.base.background.Step;
import io.lethe.node.base.background.Worker;
import io.lethe.node.model.Id128;
import io.lethe.node.model.StoreException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes backups on the elected controller, when they are due or asked for, one place after the
 * other, and removes those that are too many, oldest first. What an attempt that failed left is
 * removed at once; what one of another controller left, after a day. What fails is tried again
 * after a pause that grows. A step is a group. One task.
 */
public final class BackupWorker implements Worker {
    /** Setting of the directory: milliseconds since 1970 at which a backup was asked for. */
    public static final String WANTED = "backup.wanted";

    /** Longer than a controller that is none any more goes on with what it does. */
    private static final long LEFT_MILLIS = Duration.ofDays(1).toMillis();

    /** After a failure: a copy may be long, and what fails would be made again and again. */
    private static final long PAUSE_NANOS = Duration.ofMinutes(1).toNanos();

    /** Pauses double up to 64 minutes: little beside a day, and few attempts in a night. */
    private static final int MOST_DOUBLINGS = 6;

    private static final Logger log = LoggerFactory.getLogger(BackupWorker.class);

    /**
     * When.
     *
     * @param everyMillis after the last, or after this node's start
     * @param keep complete ones of each place
     */
    public record Policy(long everyMillis, int keep) {}

    /**
     * Nothing is tried until then, unless somebody asks for a backup meanwhile.
     *
     * @param failures one after the other
     * @param wantedMillis what had been asked for at the last
     */
    private record Pause(int failures, long untilNanos, long wantedMillis) {}

    private final Backups backups;
    private final BooleanSupplier controls;
    private final Policy policy;
    private final long startedMillis;

    /** When the newest backup of each place began; asked once. */
    private final Map<String, Long> newest = new HashMap<>();

    /** Of places where the last attempt failed. */
    private final Map<String, Pause> pauses = new HashMap<>();

    private @Nullable BackupRun run;

    public BackupWorker(Backups backups, BooleanSupplier controls, Policy policy) {
        this.backups = backups;
        this.controls = controls;
        this.policy = policy;
        startedMillis = now();
    }

    private long now() {
        return backups.ports().tasks().clock().wallMillis();
    }

    @Override
    public String name() {
        return "backup";
    }

    @Override
    public Step step() throws InterruptedException {
        BackupRun now = run;
        try {
            if (!controls.getAsBoolean()) {
                giveUp();
                newest.clear();
                return new Step.Idle("another node is the controller");
            }
            if (now == null) {
                return begin();
            }
            return switch (now.step()) {
                case GOES_ON -> new Step.Worked(now.progress());
                case WAITS -> new Step.Idle(now.progress() + "; a partition is being split");
                case COMPLETE -> complete(now);
            };
        } catch (IOException | StoreException e) {
            giveUp();
            if (now != null) {
                pause(now.place());
            }
            return new Step.Failed("the backup failed: " + e.getMessage());
        }
    }

    private Step complete(BackupRun now) throws IOException, InterruptedException {
        run = null;
        newest.put(now.place().name(), now.id().high());
        pauses.remove(now.place().name());
        log.info("backup {} in {} is complete", now.id(), now.place().name());
        trim(now.place());
        return new Step.Worked("backup " + now.id() + " is complete");
    }

    private Step begin() throws InterruptedException {
        if (backups.cluster().isEmpty()) {
            return new Step.Idle("there is no cluster yet");
        }
        List<String> failures = new ArrayList<>();
        for (BackupPlace place : backups.places()) {
            try {
                if (isDue(place)) {
                    run = BackupRun.begin(backups.ports(), place);
                    return new Step.Worked("a backup begins in " + place.name());
                }
            } catch (IOException | StoreException e) {
                pause(place);
                log.warn("no backup can be made in {}: {}", place.name(), e.getMessage());
                failures.add(e.getMessage());
            }
        }
        if (!failures.isEmpty()) {
            return new Step.Failed("no backup can be made: " + String.join("; ", failures));
        }
        return new Step.Idle(
                backups.places().isEmpty() ? "no place for backups is configured" : "none is due");
    }

    private long nanos() {
        return backups.ports().tasks().clock().nanos();
    }

    private void pause(BackupPlace place) {
        Pause before = pauses.get(place.name());
        int failures = before == null ? 1 : before.failures() + 1;
        long pauseNanos = PAUSE_NANOS << Math.min(failures - 1, MOST_DOUBLINGS);
        pauses.put(place.name(), new Pause(failures, nanos() + pauseNanos, wantedMillis()));
    }

    private long wantedMillis() {
        return backups.ports().directory().setting(WANTED).map(Long::parseLong).orElse(0L);
    }

    private boolean isDue(BackupPlace place) throws IOException, InterruptedException {
        long wanted = wantedMillis();
        Pause pause = pauses.get(place.name());
        if (pause != null && pause.wantedMillis() == wanted && nanos() - pause.untilNanos() < 0) {
            return false;
        }
        Long last = newest.get(place.name());
        if (last == null || last > now()) {
            List<Manifest> ours = ours(place);
            last = ours.isEmpty() ? 0 : ours.getLast().beganMillis();
            newest.put(place.name(), last);
        }
        // Asked for under a clock that is ahead, it would be made again and again until then.
        boolean asked = wanted > last && wanted <= now();
        return asked || now() - Math.max(last, startedMillis) >= policy.everyMillis();
    }

    /** Without those that began under a clock that was ahead: they would pass for the newest. */
    private List<Manifest> ours(BackupPlace place) throws IOException, InterruptedException {
        List<Manifest> ours = new ArrayList<>();
        for (Manifest one : backups.ours(place)) {
            if (one.beganMillis() <= now()) {
                ours.add(one);
            } else {
                log.warn(
                        "backup {} in {} says that it began in the future, {}: a clock was or is"
                                + " wrong; it does not count until then",
                        one.id(),
                        place.name(),
                        Instant.ofEpochMilli(one.beganMillis()));
            }
        }
        return ours;
    }

    private void giveUp() throws InterruptedException {
        BackupRun left = run;
        run = null;
        if (left != null) {
            try {
                backups.remove(left.place(), left.id());
            } catch (IOException | StoreException e) {
                log.warn("what backup {} left is not removed yet", left.id(), e);
            }
        }
    }

    private void trim(BackupPlace place) throws IOException, InterruptedException {
        List<Manifest> complete = ours(place);
        for (int i = 0; i < complete.size() - policy.keep(); i++) {
            backups.remove(place, complete.get(i).id());
            log.info("backup {} in {} is removed", complete.get(i).id(), place.name());
        }
        for (Id128 id : place.list()) {
            boolean whole = complete.stream().anyMatch(one -> one.id().equals(id));
            boolean old = now() - id.high() > LEFT_MILLIS;
            if (!whole && old && (!place.outside() || backups.began(place, id))) {
                backups.remove(place, id);
            }
        }
    }
}
