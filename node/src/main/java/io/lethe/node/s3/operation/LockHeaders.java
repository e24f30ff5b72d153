package io.lethe.node.s3.operation;

import io.lethe.node.model.BucketLock.Mode;
import io.lethe.node.model.Protection;
import io.lethe.node.object.ObjectInfo;
import io.lethe.node.s3.HttpDates;
import io.lethe.node.s3.S3Call;
import io.lethe.node.s3.S3Error;
import io.lethe.node.s3.S3Request;
import java.util.Optional;

/** The {@code x-amz-object-lock-} headers. Static. */
final class LockHeaders {
    private static final String MODE = "x-amz-object-lock-mode";
    private static final String UNTIL = "x-amz-object-lock-retain-until-date";
    private static final String HOLD = "x-amz-object-lock-legal-hold";

    private LockHeaders() {}

    /**
     * What a request that stores an object asks for.
     *
     * @throws io.lethe.node.s3.S3Exception InvalidArgument
     */
    static Protection asked(S3Request request) {
        Optional<String> mode = request.header(MODE);
        Optional<String> until = request.header(UNTIL);
        if (mode.isPresent() != until.isPresent()) {
            throw S3Error.INVALID_ARGUMENT
                    .because(MODE + " and " + UNTIL + " must both be supplied")
                    .with("ArgumentName", mode.isPresent() ? UNTIL : MODE);
        }
        Protection asked = Protection.NONE;
        if (mode.isPresent() && until.isPresent()) {
            asked = asked.withRetention(mode(mode.get()), until(until.get()));
        }
        return asked.withHold(request.header(HOLD).map(LockHeaders::hold).orElse(false));
    }

    private static Mode mode(String word) {
        return switch (word) {
            case "GOVERNANCE" -> Mode.GOVERNANCE;
            case "COMPLIANCE" -> Mode.COMPLIANCE;
            default -> throw Parameters.invalid(MODE, word, "Unknown wormMode directive.");
        };
    }

    private static long until(String date) {
        return HttpDates.parseIso(date)
                .filter(millis -> millis > 0 && millis <= Protection.MOST_UNTIL_MILLIS)
                .orElseThrow(
                        () ->
                                Parameters.invalid(
                                        UNTIL,
                                        date,
                                        "The retain until date must be provided in ISO 8601"
                                                + " format"));
    }

    private static boolean hold(String word) {
        return switch (word) {
            case "ON" -> true;
            case "OFF" -> false;
            default ->
                    throw Parameters.invalid(
                            HOLD, word, "Legal Hold must be either of 'ON' or 'OFF'");
        };
    }

    /** Whether governance shall be passed over; who may is decided before. */
    static boolean bypass(S3Request request) {
        return request.header("x-amz-bypass-governance-retention")
                .filter("true"::equalsIgnoreCase)
                .isPresent();
    }

    /** Adds what GET and HEAD say of a version's protection, as far as the caller may know it. */
    static void write(S3Call call, ObjectInfo info) throws InterruptedException {
        Protection protection = info.protection();
        if (protection.mode() != Mode.NONE && allowed(call, "s3:GetObjectRetention")) {
            call.header(MODE, protection.mode().name())
                    .header(UNTIL, HttpDates.iso(protection.untilMillis()));
        }
        if (protection.hold() && allowed(call, "s3:GetObjectLegalHold")) {
            call.header(HOLD, "ON");
        }
    }

    private static boolean allowed(S3Call call, String action) throws InterruptedException {
        return call.access().allows(action, call.key(), ObjectAnswers.wantedVersion(call));
    }
}
