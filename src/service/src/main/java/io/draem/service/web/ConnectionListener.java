package io.draem.service.web;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.tomcat.util.net.NioEndpoint;

/**
 * Accepts connections, of each client its share, and closes without resetting those that clients have opened already: the
 * socket is closed on the acceptor's own thread, right after it has found no connection that waits.
 */
final class ConnectionListener extends NioEndpoint {

    private static final long PAUSE = Duration.ofMillis(10).toNanos();
    /** Without a new connection for that time, those of clients that continue after each response are all held. */
    private static final long SILENCE = Duration.ofMillis(50).toNanos();

    private static final long HOLD_LIMIT = Duration.ofMillis(500).toNanos();
    private static final int SHARE = 7;

    /** Accepted before the listener was closed and answered after it; of the acceptor's thread. */
    private final Queue<SocketChannel> held = new ArrayDeque<>();

    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile boolean closing;

    /** Returns whether the connection is taken: an address may have seven times as many as are left for others. */
    @Override
    protected boolean setSocketOptions(SocketChannel socket) {
        if (isOverShare(socket)) {
            destroySocket(socket); // the acceptor only closes what has been taken, and would count this one for ever
            return false;
        }
        return super.setSocketOptions(socket);
    }

    private boolean isOverShare(SocketChannel socket) {
        long left = getMaxConnections() - getConnectionCount();
        if (getMaxConnections() <= 0 || left > getMaxConnections() / 2) {
            return false;
        }
        try {
            if (!(socket.getRemoteAddress() instanceof InetSocketAddress client)) {
                return false;
            }
            String address = client.getAddress().getHostAddress();
            long connections = getConnections().stream()
                    .filter(other -> address.equals(other.getRemoteAddr()))
                    .count();
            return connections >= SHARE * left;
        } catch (IOException e) {
            return true; // closed again
        }
    }

    /**
     * Accepts the connections that wait and closes the listener.
     *
     * @return whether it was closed within the limit
     */
    boolean closeOnceEmpty(Duration limit) throws InterruptedException {
        closing = true;
        unlockAccept();
        return closed.await(limit.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Does nothing once the listener is closed: the acceptor waits for no connection then, and there is no address to connect to. */
    @Override
    protected void unlockAccept() {
        if (closed.getCount() > 0) {
            super.unlockAccept();
        }
    }

    /**
     * Accepts what waits and keeps it unanswered: clients that connect again after each answer do so no more, so that
     * no client connects between the last accept and the close, which would reset the connection.
     */
    private void acceptUntilSilent(ServerSocketChannel socket) throws IOException {
        long now = System.nanoTime();
        long limit = now + HOLD_LIMIT;
        for (long end = now + SILENCE; now < end && now < limit; now = System.nanoTime()) {
            if (accept(socket)) {
                end = System.nanoTime() + SILENCE;
            } else {
                LockSupport.parkNanos(PAUSE / 10);
            }
        }
        while (accept(socket)) {
            // These came since the last pause.
        }
    }

    private boolean accept(ServerSocketChannel socket) throws IOException {
        boolean capacity = getMaxConnections() <= 0 || held.size() < getMaxConnections();
        SocketChannel waiting = capacity ? socket.accept() : null;
        return waiting != null && held.add(waiting);
    }

    @Override
    protected SocketChannel serverSocketAccept() throws Exception {
        if (!closing) {
            return super.serverSocketAccept();
        }
        ServerSocketChannel socket = (ServerSocketChannel) getServerSocket();
        if (socket != null && socket.isOpen()) {
            socket.configureBlocking(false);
            acceptUntilSilent(socket);
            socket.close();
        }
        SocketChannel next = held.poll();
        if (next != null) {
            return next;
        }
        closed.countDown();
        while (isRunning() && !isPaused()) {
            LockSupport.parkNanos(PAUSE);
        }
        return SocketChannel.open(); // the acceptor discards it, since it has been paused or stopped
    }
}
