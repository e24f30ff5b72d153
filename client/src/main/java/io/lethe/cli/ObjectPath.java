package io.lethe.cli;

import java.util.List;

/**
 * {@code bucket/key}, as written on the command line.
 *
 * @param key empty: the bucket itself
 */
record ObjectPath(String bucket, String key) {
    /** Refuses what cannot name a bucket. */
    static ObjectPath parse(String text) {
        int slash = text.indexOf('/');
        String bucket = slash < 0 ? text : text.substring(0, slash);
        if (bucket.isEmpty()) {
            throw new UsageException(
                    "'" + text + "' does not name a bucket; write BUCKET or BUCKET/KEY");
        }
        return new ObjectPath(bucket, slash < 0 ? "" : text.substring(slash + 1));
    }

    /** Refuses a bucket without a key too. */
    static ObjectPath parseObject(String text) {
        ObjectPath path = parse(text);
        if (path.key.isEmpty()) {
            throw new UsageException(
                    "'" + text + "' names a bucket, and an object is wanted: BUCKET/KEY");
        }
        return path;
    }

    /** Whether it names a place for several objects: a bucket, or a key that ends in a slash. */
    boolean isFolder() {
        return key.isEmpty() || key.endsWith("/");
    }

    /** The prefix of everything under it, as under a folder: never part of a longer name. */
    String folderPrefix() {
        return isFolder() ? key : key + "/";
    }

    ObjectPath under(String name) {
        return new ObjectPath(bucket, folderPrefix() + name);
    }

    /** The key's last part. */
    String name() {
        return key.substring(key.lastIndexOf('/') + 1);
    }

    /**
     * The parts of a key below a prefix, to be used as a local path.
     *
     * @throws UsageException where a part would leave the directory or is not a file's name
     */
    static List<String> localParts(String key, String below) {
        List<String> parts = List.of(key.substring(below.length()).split("/", -1));
        for (String part : parts) {
            if (part.isEmpty()
                    || part.equals(".")
                    || part.equals("..")
                    || part.indexOf('\0') >= 0
                    || part.indexOf('\\') >= 0) {
                throw new UsageException(
                        "the key '"
                                + Table.visible(key)
                                + "' cannot be a file's name here; get it alone, to a name of your"
                                + " choice");
            }
        }
        return parts;
    }

    @Override
    public String toString() {
        return key.isEmpty() ? bucket : bucket + "/" + key;
    }
}
