package io.lethe.node.crypto.log;

/**
 * A note, a key, a checkpoint or a proof is not what its format says; the message says what is
 * wrong.
 */
public final class MalformedNoteException extends Exception {
    private static final long serialVersionUID = 1L;

    MalformedNoteException(String message) {
        super(message);
    }
}
