package io.draem.service;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;

/** A client that sends one request after another over sockets of its own, until it can connect no more. */
final class LoadClient extends Thread {

    private static final int TIMEOUT = 60_000;

    enum Kind {
        /** A connection for each request. */
        FRESH,
        /** A connection for as many requests as the service allows. */
        KEPT,
        /** Two requests at once on each connection. */
        PIPELINING,
        /** A connection for each request, whose body comes in pieces with pauses, some 16 KB per second. */
        SLOW,
        /** The same in chunks. */
        CHUNKED,
        /** The same of a body that never ends: its request is answered once the service does not wait for it any more. */
        ENDLESS;

        private boolean isSlow() {
            return compareTo(SLOW) >= 0;
        }
    }

    private static final int PIECE = 2_048;
    private static final int PAUSE = 125;

    private final int port;
    private final byte[] image;
    private final byte[] request;
    private final Kind kind;
    private final CountDownLatch warm;
    private final List<Integer> statuses = new ArrayList<>();
    private final List<IOException> unanswered = new ArrayList<>();

    private LoadClient(int port, byte[] image, Kind kind, CountDownLatch warm) {
        super("client-" + kind);
        this.port = port;
        this.image = image;
        this.request = request(image);
        this.kind = kind;
        this.warm = warm;
    }

    static LoadClient start(int port, byte[] image, Kind kind, CountDownLatch warm) {
        LoadClient client = new LoadClient(port, image, kind, warm);
        client.start();
        return client;
    }

    private static byte[] head(String length) {
        return ("POST /v1/detect HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/jpeg\r\n" + length + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] request(byte[] image) {
        byte[] head = head("Content-Length: " + image.length);
        byte[] request = new byte[head.length + image.length];
        System.arraycopy(head, 0, request, 0, head.length);
        System.arraycopy(image, 0, request, head.length, image.length);
        return request;
    }

    Kind kind() {
        return kind;
    }

    /** Statuses in the order of the answers; read after the client has ended. */
    List<Integer> statuses() {
        return statuses;
    }

    /** What became of requests that were sent on an open connection and have no answer. */
    List<IOException> unanswered() {
        return unanswered;
    }

    @Override
    public void run() {
        while (true) {
            try (Socket socket = new Socket()) {
                try {
                    socket.connect(new InetSocketAddress("localhost", port), TIMEOUT);
                } catch (ConnectException e) {
                    return;
                }
                socket.setSoTimeout(TIMEOUT);
                use(socket);
            } catch (IOException e) {
                unanswered.add(e);
            }
        }
    }

    private void use(Socket socket) throws IOException {
        InputStream in = new BufferedInputStream(socket.getInputStream());
        if (kind.isSlow()) {
            sendSlowly(socket, in);
            readAnswer(in);
            return;
        }
        boolean open = true;
        while (open) {
            socket.getOutputStream().write(request);
            if (kind == Kind.PIPELINING) {
                socket.getOutputStream().write(request);
            }
            open = readAnswer(in);
            if (kind == Kind.PIPELINING) {
                // A service that closes the connection with the first answer has not taken the second request.
                if (open) {
                    readAnswer(in);
                }
                open = false;
            } else if (kind == Kind.FRESH) {
                open = false;
            }
        }
    }

    /** Sends until the body ends or an answer comes, as clients do that look for one. */
    private void sendSlowly(Socket socket, InputStream in) throws IOException {
        OutputStream out = socket.getOutputStream();
        String length = switch (kind) {
            case CHUNKED -> "Transfer-Encoding: chunked";
            case ENDLESS -> "Content-Length: 10000000";
            default -> "Content-Length: " + image.length;
        };
        out.write(head(length));
        int sent = 0;
        while (in.available() == 0 && (sent < image.length || kind == Kind.ENDLESS)) {
            int piece = Math.min(PIECE, image.length - sent % image.length);
            if (kind == Kind.CHUNKED) {
                out.write((Integer.toHexString(piece) + "\r\n").getBytes(StandardCharsets.US_ASCII));
            }
            out.write(image, sent % image.length, piece);
            if (kind == Kind.CHUNKED) {
                out.write("\r\n".getBytes(StandardCharsets.US_ASCII));
            }
            sent += piece;
            awaitAnswer(socket, in);
        }
        if (kind == Kind.CHUNKED && sent == image.length) {
            out.write("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        }
    }

    /** Waits between two pieces, no longer than for an answer. */
    private static void awaitAnswer(Socket socket, InputStream in) throws IOException {
        socket.setSoTimeout(PAUSE);
        in.mark(1);
        try {
            if (in.read() < 0) {
                throw new EOFException("The connection was closed in place of an answer");
            }
            in.reset();
        } catch (SocketTimeoutException e) {
            // The next piece is due.
        } finally {
            socket.setSoTimeout(TIMEOUT);
        }
    }

    /** Returns whether the connection stays open. */
    private boolean readAnswer(InputStream in) throws IOException {
        Answer answer = Answer.read(in);
        statuses.add(answer.status());
        warm.countDown();
        return answer.open();
    }

    /**
     * An answer as it came over a socket; interim ones are left out.
     *
     * @param open whether the connection stays open
     */
    record Answer(int status, boolean open, byte[] body) {

        static Answer read(InputStream in) throws IOException {
            int status = Integer.parseInt(line(in).split(" ")[1]);
            int length = 0;
            boolean open = true;
            boolean chunked = false;
            for (String header = line(in); !header.isEmpty(); header = line(in)) {
                String lower = header.toLowerCase(Locale.ROOT);
                if (lower.startsWith("content-length:")) {
                    length = Integer.parseInt(lower.substring(15).trim());
                }
                chunked |= lower.startsWith("transfer-encoding:") && lower.contains("chunked");
                open &= !(lower.startsWith("connection:") && lower.contains("close"));
            }
            if (status < 200) {
                return read(in);
            }
            if (!chunked) {
                return new Answer(status, open, bytes(in, length));
            }
            ByteArrayOutputStream body = new ByteArrayOutputStream();
            do {
                length = Integer.parseInt(line(in), 16);
                body.writeBytes(bytes(in, length));
                line(in);
            } while (length > 0);
            return new Answer(status, open, body.toByteArray());
        }

        private static byte[] bytes(InputStream in, int length) throws IOException {
            byte[] bytes = in.readNBytes(length);
            if (bytes.length < length) {
                throw new EOFException("The connection was closed within an answer");
            }
            return bytes;
        }

        private static String line(InputStream in) throws IOException {
            StringBuilder line = new StringBuilder();
            for (int next = in.read(); next != '\n'; next = in.read()) {
                if (next < 0) {
                    throw new EOFException("The connection was closed in place of an answer");
                }
                if (next != '\r') {
                    line.append((char) next);
                }
            }
            return line.toString();
        }
    }
}
