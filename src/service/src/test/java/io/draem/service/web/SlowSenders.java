package io.draem.service.web;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Many clients that send their bodies slowly, on one thread; one that is cut off connects again at once. */
final class SlowSenders implements Runnable {

    private static final int ADDRESSES = 50;
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final int port;
    private final int count;
    private final boolean otherAddresses;
    private final byte[] head;
    private final byte[] piece;
    private final long pause;
    private final CountDownLatch connected = new CountDownLatch(1);
    private final Random random = new Random(1);
    private volatile boolean stopped;
    private volatile int cutOff;

    /**
     * @param first sent right behind the headers
     * @param piece sent after each pause
     * @param pause milliseconds; 0 to send nothing more
     */
    SlowSenders(int port, int count, boolean otherAddresses, String header, String first, String piece, int pause) {
        String length = header.startsWith("Expect") ? "Content-Length: 1000000\r\n" : "";
        this.port = port;
        this.count = count;
        this.otherAddresses = otherAddresses;
        this.head = ("POST /v1/detect HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/jpeg\r\n" + length + header
                        + "\r\n\r\n" + first)
                .getBytes(StandardCharsets.US_ASCII);
        this.piece = piece.getBytes(StandardCharsets.US_ASCII);
        this.pause = pause * 1_000_000L;
    }

    void awaitConnected() throws InterruptedException {
        if (!connected.await(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
            throw new AssertionError("The senders are not connected after " + LIMIT);
        }
    }

    void stop() {
        stopped = true;
    }

    /** Returns how many connections the service has closed. */
    int cutOff() {
        return cutOff;
    }

    @Override
    public void run() {
        try (Selector selector = Selector.open()) {
            for (int i = 0; i < count; i++) {
                open(selector, i);
            }
            connected.countDown();
            ByteBuffer answer = ByteBuffer.allocate(4_096);
            while (!stopped) {
                selector.select(10);
                for (SelectionKey key : selector.selectedKeys()) {
                    answer.clear();
                    if (!alive(((SocketChannel) key.channel()), answer)) {
                        key.channel().close();
                        cutOff++;
                        open(selector, ((Sender) key.attachment()).number);
                    }
                }
                selector.selectedKeys().clear();
                send(selector);
            }
            for (SelectionKey key : selector.keys()) {
                key.channel().close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void send(Selector selector) {
        long now = System.nanoTime();
        for (SelectionKey key : selector.keys()) {
            if (pause > 0 && key.isValid() && now - ((Sender) key.attachment()).next > 0) {
                ((Sender) key.attachment()).next = now + pause;
                try {
                    ((SocketChannel) key.channel()).write(ByteBuffer.wrap(piece));
                } catch (IOException e) {
                    // The next select closes it.
                }
            }
        }
    }

    private static boolean alive(SocketChannel channel, ByteBuffer answer) {
        try {
            return channel.read(answer) >= 0;
        } catch (IOException e) {
            return false;
        }
    }

    private void open(Selector selector, int number) throws IOException {
        SocketChannel channel = SocketChannel.open();
        if (otherAddresses) {
            channel.bind(new InetSocketAddress("127.0.0." + (2 + number % ADDRESSES), 0));
        }
        channel.connect(new InetSocketAddress("127.0.0.1", port));
        channel.write(ByteBuffer.wrap(head));
        channel.configureBlocking(false);
        Sender sender = new Sender(number);
        sender.next = System.nanoTime() + (pause == 0 ? 0 : random.nextLong(pause));
        channel.register(selector, SelectionKey.OP_READ, sender);
    }

    private static final class Sender {

        private final int number;
        private long next;

        Sender(int number) {
            this.number = number;
        }
    }
}
