package io.draem.service;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
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
        PIPELINING
    }

    private final int port;
    private final byte[] request;
    private final Kind kind;
    private final CountDownLatch warm;
    private final List<Integer> statuses = new ArrayList<>();
    private final List<IOException> unanswered = new ArrayList<>();

    private LoadClient(int port, byte[] request, Kind kind, CountDownLatch warm) {
        super("client-" + kind);
        this.port = port;
        this.request = request;
        this.kind = kind;
        this.warm = warm;
    }

    static LoadClient start(int port, byte[] request, Kind kind, CountDownLatch warm) {
        LoadClient client = new LoadClient(port, request, kind, warm);
        client.start();
        return client;
    }

    static byte[] request(byte[] image) {
        byte[] head = ("POST /v1/detect HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/jpeg\r\nContent-Length: "
                        + image.length + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
        byte[] request = new byte[head.length + image.length];
        System.arraycopy(head, 0, request, 0, head.length);
        System.arraycopy(image, 0, request, head.length, image.length);
        return request;
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
