package io.lethe.system;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntToLongFunction;
import java.util.stream.Stream;

/**
 * Finds the node at the other end of a connection on this machine, as Linux tells it of one's own
 * processes: the socket's number from {@code /proc/net/tcp}, then whose file it is. Safe for any
 * thread.
 */
final class Callers {
    private static final int LOCAL_FIELD = 1;
    private static final int INODE_FIELD = 9;

    private final int nodes;
    private final IntToLongFunction pids;

    /**
     * @param pids a node's process; 0: it has none
     */
    Callers(int nodes, IntToLongFunction pids) {
        this.nodes = nodes;
        this.pids = pids;
    }

    /** The node whose end of a connection has this address; -1: none. */
    int at(InetSocketAddress address) {
        Set<String> sockets = new HashSet<>();
        for (String table : List.of("tcp", "tcp6")) {
            sockets.addAll(sockets(Path.of("/proc/net", table), address.getPort()));
        }
        for (int node = 0; node < nodes; node++) {
            long pid = pids.applyAsLong(node);
            if (pid != 0 && has(pid, sockets)) {
                return node;
            }
        }
        return -1;
    }

    /** Files of sockets whose own port this is. */
    private static Set<String> sockets(Path table, int port) {
        String end = ":%04X".formatted(port);
        Set<String> sockets = new HashSet<>();
        try {
            for (String line : Files.readAllLines(table)) {
                String[] fields = line.strip().split("\\s+", -1);
                if (fields.length > INODE_FIELD && fields[LOCAL_FIELD].endsWith(end)) {
                    sockets.add("socket:[" + fields[INODE_FIELD] + "]");
                }
            }
        } catch (IOException e) {
            // No such protocol here.
        }
        return sockets;
    }

    private static boolean has(long pid, Set<String> sockets) {
        try (Stream<Path> files = Files.list(Path.of("/proc", String.valueOf(pid), "fd"))) {
            return files.anyMatch(file -> sockets.contains(target(file)));
        } catch (IOException e) {
            return false;
        }
    }

    private static String target(Path file) {
        try {
            return Files.readSymbolicLink(file).toString();
        } catch (IOException e) {
            return "";
        }
    }
}
