package io.draem.service.fuzz;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** One connection that sends bytes as they are and reads what comes back. */
final class RawConnection implements AutoCloseable {

    private final int port;
    private @Nullable Socket socket;

    RawConnection(int port) {
        this.port = port;
    }

    /**
     * What came back.
     *
     * @param status 0 where the connection was closed without an answer, or within it
     * @param text head and body
     */
    record Reply(int status, String text) {}

    /**
     * Sends a request and reads one answer. The sending side is closed where the bytes are no whole request, else the
     * service would wait for the rest.
     */
    Reply send(byte[] request, boolean keepAlive) throws IOException {
        Socket open = socket != null && keepAlive ? socket : connect();
        try {
            open.getOutputStream().write(request);
            if (!keepAlive) {
                open.shutdownOutput();
            }
            boolean head = request.length > 4 && new String(request, 0, 5, StandardCharsets.ISO_8859_1).equals("HEAD ");
            Reply reply = read(new BufferedInputStream(open.getInputStream()), head);
            if (!keepAlive
                    || reply.status() == 0
                    || reply.text().toLowerCase(Locale.ROOT).contains("connection: close")) {
                close();
            }
            return reply;
        } catch (IOException e) {
            close(); // reset: also a way to refuse
            return new Reply(0, "");
        }
    }

    private Socket connect() throws IOException {
        close();
        Socket open = new Socket("localhost", port);
        open.setSoTimeout(60_000);
        socket = open;
        return open;
    }

    private static Reply read(InputStream in, boolean head) throws IOException {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        String first = line(in, text);
        if (!first.startsWith("HTTP/1.1 ")) {
            return new Reply(0, first);
        }
        int status = Integer.parseInt(first.substring(9, 12));
        int length = -1;
        boolean chunked = false;
        for (String line = line(in, text); !line.isEmpty(); line = line(in, text)) {
            String header = line.toLowerCase(Locale.ROOT);
            if (header.startsWith("content-length:")) {
                length = Integer.parseInt(header.substring(15).strip());
            }
            chunked |= header.equals("transfer-encoding: chunked");
        }
        if (status == 100) {
            return read(in, head);
        }
        if (chunked) {
            for (int size = size(in, text); size > 0; size = size(in, text)) {
                text.writeBytes(in.readNBytes(size + 2));
            }
            line(in, text);
        } else if (length >= 0) {
            byte[] body = in.readNBytes(length);
            if (body.length < length && !head) {
                throw new EOFException("The answer was broken off");
            }
            text.writeBytes(body);
        }
        return new Reply(status, text.toString(StandardCharsets.UTF_8));
    }

    private static int size(InputStream in, ByteArrayOutputStream text) throws IOException {
        String line = line(in, text);
        if (line.isEmpty()) {
            throw new EOFException("The answer was broken off");
        }
        return Integer.parseInt(line, 16);
    }

    private static String line(InputStream in, ByteArrayOutputStream text) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int b = in.read(); b >= 0 && b != '\n'; b = in.read()) {
            line.append((char) b);
            text.write(b);
        }
        text.write('\n');
        return line.toString().strip();
    }

    @Override
    public void close() throws IOException {
        if (socket != null) {
            socket.close();
            socket = null;
        }
    }
}
