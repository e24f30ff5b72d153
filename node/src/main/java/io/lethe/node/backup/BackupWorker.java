package io.lethe.node.backup;

import io.lethe.node.base.background.Step;
import io.lethe.node.base.background.Worker;
import io.lethe.node.model.Id128;
import io.lethe.node.model.StoreException;
import java.io.IOException;
import java.time.Duration;
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
 * removed at once; what one of another controller left, after a day. A step is a group. One task.
 */
public final class BackupWorker implements Worker {
    /** Setting of the directory: milliseconds since 1970 at which a backup was asked for. */
    public static final String WANTED = "backup.wanted";

    /** Longer than a controller that is none any more goes on with what it does. */
    private static final long LEFT_MILLIS = Duration.ofDays(1).toMillis();

    /** After a failure: a copy may be long, and what fails would be made again and again. */
    private static final long PAUSE_NANOS = Duration.ofMinutes(1).toNanos();

    private static final Logger log = LoggerFactory.getLogger(BackupWorker.class);

    /**
     * When.
     *
     * @param everyMillis after the last, or after this node's start
     * @param keep complete ones of each place
     */
    public record Policy(long everyMillis, int keep) {}

    private final Backups backups;
    private final BooleanSupplier controls;
    private final Policy policy;
    private final long startedMillis;

    /** When the newest backup of each place began; asked once. */
    private final Map<String, Long> newest = new HashMap<>();

    /** Of places where the last attempt failed, when the next one is made. */
    private final Map<String, Long> pausedNanos = new HashMap<>();

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
            if (now.step()) {
                run = null;
                newest.put(now.place().name(), now.id().high());
                log.info("backup {} in {} is complete", now.id(), now.place().name());
                trim(now.place());
                return new Step.Worked("backup " + now.id() + " is complete");
            }
            return new Step.Worked(now.progress());
        } catch (IOException | StoreException e) {
            giveUp();
            if (now != null) {
                pausedNanos.put(now.place().name(), nanos() + PAUSE_NANOS);
            }
            return new Step.Failed("the backup failed: " + e.getMessage());
        }
    }

    private Step begin() throws IOException, InterruptedException {
        for (BackupPlace place : backups.places()) {
            if (isDue(place)) {
                run = BackupRun.begin(backups.ports(), place);
                return new Step.Worked("a backup begins in " + place.name());
            }
        }
        return new Step.Idle(
                backups.places().isEmpty() ? "no place for backups is configured" : "none is due");
    }

    private long nanos() {
        return backups.ports().tasks().clock().nanos();
    }

    private boolean isDue(BackupPlace place) throws IOException, InterruptedException {
        Long paused = pausedNanos.get(place.name());
        if (paused != null && nanos() - paused < 0) {
            return false;
        }
        Long last = newest.get(place.name());
        if (last == null) {
            List<Manifest> complete = Backups.complete(place);
            last = complete.isEmpty() ? 0 : complete.getLast().beganMillis();
            newest.put(place.name(), last);
        }
        long wanted = backups.ports().directory().setting(WANTED).map(Long::parseLong).orElse(0L);
        return wanted > last || now() - Math.max(last, startedMillis) >= policy.everyMillis();
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
        List<Manifest> complete = Backups.complete(place);
        for (int i = 0; i < complete.size() - policy.keep(); i++) {
            backups.remove(place, complete.get(i).id());
            log.info("backup {} in {} is removed", complete.get(i).id(), place.name());
        }
        for (Id128 id : place.list()) {
            boolean whole = complete.stream().anyMatch(one -> one.id().equals(id));
            if (!whole && now() - id.high() > LEFT_MILLIS) {
                backups.remove(place, id);
            }
        }
    }
}
