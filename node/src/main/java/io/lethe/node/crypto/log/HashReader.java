package io.lethe.node.crypto.log;

/** Where hashes of complete subtrees are read from. */
@FunctionalInterface
public interface HashReader {
    /**
     * The hash of a subtree, all leaves of which are in the tree. What is not to be had is the
     * reader's to tell, by an exception of its own: a proof without it can't be made.
     */
    TreeHash hash(Subtree subtree);
}
