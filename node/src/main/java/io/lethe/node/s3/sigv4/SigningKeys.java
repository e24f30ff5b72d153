package io.lethe.node.s3.sigv4;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Keeps the signing keys of the credentials used last. Whoever asks shows the secret anew, so that
 * a key never outlives its credential. Safe for any thread.
 */
public final class SigningKeys {
    private record Kept(String secret, SigningKey key) {}

    private final Map<CredentialScope, Kept> keys;

    /**
     * @param mostKeys the least recently used one makes room
     */
    public SigningKeys(int mostKeys) {
        keys =
                new LinkedHashMap<>(16, 0.75f, true) {
                    private static final long serialVersionUID = 1L;

                    @Override
                    protected boolean removeEldestEntry(Map.Entry<CredentialScope, Kept> eldest) {
                        return size() > mostKeys;
                    }
                };
    }

    public SigningKey of(String secret, CredentialScope credential) {
        synchronized (keys) {
            Kept kept = keys.get(credential);
            if (kept != null && Hashes.same(kept.secret(), secret)) {
                return kept.key();
            }
        }
        SigningKey key = SigningKey.derive(secret, credential);
        synchronized (keys) {
            keys.put(credential, new Kept(secret, key));
        }
        return key;
    }

    /** Forgets all keys of a credential that was withdrawn or locked. */
    public void forget(String accessKeyId) {
        synchronized (keys) {
            keys.keySet().removeIf(credential -> credential.accessKeyId().equals(accessKeyId));
        }
    }

    public void clear() {
        synchronized (keys) {
            keys.clear();
        }
    }

    int size() {
        synchronized (keys) {
            return keys.size();
        }
    }
}
