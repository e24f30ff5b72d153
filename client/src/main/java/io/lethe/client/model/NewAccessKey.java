package io.lethe.client.model;

/**
 * An access key that was just made.
 *
 * @param secret shown here and never again
 */
public record NewAccessKey(AccessKey key, String secret) {
    /** Keeps the secret out of logs. */
    @Override
    public String toString() {
        return "NewAccessKey[" + key + "]";
    }
}
