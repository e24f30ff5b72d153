package io.lethe.client;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * A relay in front of a gateway that cuts connections for real: each takes the next number of bytes
 * from its list, after which it is closed; when the list is empty they live.
 */
final class CuttingProxy implements AutoCloseable {
    private final ServerSocket listener;
    private final int port;
    private final Deque<Long> cuts;
    private int connections;

    CuttingProxy(int port, List<Long> cutAfterBytes) throws IOException {
        this.port = port;
        this.cuts = new ArrayDeque<>(cutAfterBytes);
        this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        daemon(this::accept);
    }

    String endpoint() {
        return "127.0.0.1:" + listener.getLocalPort();
    }

    synchronized int connections() {
        return connections;
    }

    private static void daemon(Runnable work) {
        Thread thread = new Thread(work, "cutting-proxy");
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        try {
            while (true) {
                Socket client = listener.accept();
                Socket server = new Socket(InetAddress.getLoopbackAddress(), port);
                long limit;
                synchronized (this) {
                    connections++;
                    Long next = cuts.poll();
                    limit = next == null ? Long.MAX_VALUE : next;
                }
                daemon(() -> relay(client, server, Long.MAX_VALUE));
                daemon(() -> relay(server, client, limit));
            }
        } catch (IOException e) {
            // The listener was closed: the end of the test.
        }
    }

    private static void relay(Socket from, Socket to, long limitBytes) {
        byte[] buffer = new byte[16 * 1024];
        long left = limitBytes;
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            int n = 0;
            while (left > 0 && n >= 0) {
                n = in.read(buffer, 0, (int) Math.min(buffer.length, left));
                if (n > 0) {
                    out.write(buffer, 0, n);
                    left -= n;
                }
            }
        } catch (IOException e) {
            // One side is gone, and so is the other then.
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
