package io.lethe.node.metadata.command;

/**
 * What the leader adds to a command when it proposes it, so that every replica decides alike.
 *
 * @param wallMillis the leader's clock; {@code decide} refuses stamps that go back or jump an hour
 * @param checkedAt the directory index at which the request was validated; {@code decide} answers
 *     {@code FENCED} when it is below the state's fence
 * @param controllerEpoch the sender's epoch for controller commands, else 0
 * @param featureLevel behaviour in force cluster-wide when it was proposed, from 1
 */
public record Stamp(long wallMillis, long checkedAt, long controllerEpoch, int featureLevel) {
    /** The only level there is so far. */
    public static final int FEATURE_LEVEL = 1;
}
