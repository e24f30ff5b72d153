package io.lethe.node.metadata.command;

import io.lethe.node.model.FeatureLevels;

/**
 * What the leader adds to a command when it proposes it, so that every replica decides alike.
 *
 * @param wallMillis the leader's clock; {@code decide} refuses stamps that go back or jump an hour
 * @param checkedAt the directory index at which the request was validated; {@code decide} answers
 *     {@code FENCED} when it is below the state's fence
 * @param controllerEpoch the sender's epoch for controller commands, else 0
 * @param featureLevel in force cluster-wide as the leader's copy of the directory said, from 1; see
 *     {@link FeatureLevels}
 */
public record Stamp(long wallMillis, long checkedAt, long controllerEpoch, int featureLevel) {
    /** As whoever sends a command says it: the leader puts in its own time and level. */
    public static Stamp asked(long checkedAt, long controllerEpoch) {
        return new Stamp(0, checkedAt, controllerEpoch, FeatureLevels.LOWEST_EVER);
    }
}
