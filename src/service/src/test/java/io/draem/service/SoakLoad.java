package io.draem.service;

import io.draem.model.TestModels;
import io.draem.service.LoadClient.Answer;
import java.awt.image.BufferedImage;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import javax.imageio.ImageIO;
import org.jspecify.annotations.Nullable;

/**
 * The clients of a soak, each kind from an address of its own. They send at their own times, whether answers come or not,
 * and note each request in the record.
 */
final class SoakLoad implements AutoCloseable {

    /** Model that is replaced again and again, and one of whose versions is NaN for black images. */
    static final String LINE = "line";

    /** Model whose latest version fails on all images, so that the service fails over. */
    static final String TURNS = "turns";

    /** Model that is asked by more clients at once than the service has slots for. */
    static final String CROWD = "crowd";

    /** Its requests are not counted, since a Prometheus server sends them too. */
    static final String METRICS = "/actuator/prometheus";

    private static final int SMALL_A_SECOND = 10;
    private static final int SLOW = 300;
    private static final int SLOW_HEADERS = 30;
    private static final long PERIOD_OF_SLOW = Duration.ofSeconds(4).toNanos();
    private static final int FLOOD = 150;
    private static final Duration BURSTS = Duration.ofSeconds(10);
    private static final Duration PAUSE_OF_LARGE = Duration.ofSeconds(3);
    private static final int TIMEOUT = 60_000;
    private static final long IDLE_CONNECTION = Duration.ofSeconds(20).toNanos();

    private static final Set<Integer> OK = Set.of(200);

    enum Kind {
        SINGLE,
        BATCH,
        PROTOCOL,
        OTHER
    }

    /**
     * A request as it is sent.
     *
     * @param client who sends it, as the report has it
     * @param head length of its header
     * @param detection whether the service counts its outcome, beside its status
     * @param model the model that must answer it
     * @param image what it shows
     * @param images how many it has
     */
    record Request(
            String client,
            String method,
            String path,
            byte[] bytes,
            int head,
            Kind kind,
            boolean detection,
            String model,
            String image,
            int images,
            Set<Integer> expected) {

        @Override
        public String toString() {
            return client + ": " + method + " " + path + " (" + image + ")";
        }

        Request expecting(String client, Integer... statuses) {
            return new Request(
                    client, method, path, bytes, head, kind, detection, model, image, images, Set.of(statuses));
        }
    }

    private final int port;
    private final SoakRecord record;
    private final Request slowUpload = post("slow", "/v1/detect", "image/jpeg", "", new byte[100_000], Kind.SINGLE)
            .expecting("slow", 408, 503);
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Map<String, Deque<Connection>> idle = new ConcurrentHashMap<>();
    private final ReadWriteLock large = new ReentrantReadWriteLock(true);

    private volatile boolean running = true;
    private volatile boolean slow;
    private volatile boolean flooding;
    private volatile boolean partlyBlack;
    private volatile boolean black;

    SoakLoad(int port, SoakRecord record) {
        this.port = port;
        this.record = record;
    }

    /** Starts the clients that the base value is measured with. */
    void startSmall() throws IOException {
        byte[] good = Files.readAllBytes(TestModels.good());
        byte[] broken = Files.readAllBytes(TestModels.broken());
        String cookie = TestModels.name();
        String infer = "/v2/models/" + cookie + "/infer";
        List<Request> mix = List.of(
                image("small", "/v1/detect", cookie, "good", good),
                image("small", "/v1/detect?model=" + cookie, cookie, "broken", broken),
                image("small", "/v1/detect", cookie, "broken", broken),
                image("small", "/v1/detect?model=" + cookie + "&include=polygon", cookie, "good", good),
                batch("batch", "/v1/detect/batch", cookie, "good", good, 4),
                image("small", "/v1/detect", cookie, "good", good),
                image("small", "/v1/detect?model=" + cookie, cookie, "broken", broken),
                infer("v2", infer, cookie, "good", good, 1),
                image("small", "/v1/detect", cookie, "broken", broken),
                infer("v2", infer, cookie, "broken", broken, 2));
        // Refusals of small images are counted beside their times.
        steadily(
                Duration.ofSeconds(1).dividedBy(SMALL_A_SECOND),
                "127.0.0.1",
                mix.stream()
                        .map(request -> request.expecting(request.client(), 200, 503))
                        .toList());
        steadily(
                Duration.ofSeconds(5),
                "127.0.0.1",
                List.of(get("poll", "/v1/models", 200), get("poll", "/actuator/health/readiness", 200)));
    }

    /** Starts all clients that are no fault of anybody. */
    void startBase() throws IOException {
        byte[] plain = png(0xFF4080C0);
        for (String model : List.of(LINE, TURNS)) {
            Request usual = image(model, "/v1/detect?model=" + model, model, "plain", plain);
            Request dark =
                    image(model, usual.path(), model, "black", png(0xFF000000)).expecting(model, 200, 500);
            steadily(
                    Duration.ofMillis(500),
                    "127.0.0.8",
                    i -> model.equals(TURNS) ? (black ? dark : usual) : (partlyBlack && i % 5 == 0 ? dark : usual));
        }
        byte[] lineart = encode(new BufferedImage(8_000, 8_000, BufferedImage.TYPE_BYTE_BINARY), "png");
        BufferedImage photograph = new BufferedImage(4_000, 3_000, BufferedImage.TYPE_INT_RGB);
        photograph.createGraphics().drawImage(ImageIO.read(TestModels.good().toFile()), 0, 0, 4_000, 3_000, null);
        byte[] jpeg = encode(photograph, "jpg");
        for (int i = 0; i < 4; i++) {
            Request request = i % 2 == 0
                    ? image("large", "/v1/detect", TestModels.name(), "8000x8000", lineart)
                    : image("large", "/v1/detect", TestModels.name(), "12 megapixels", jpeg);
            threads.execute(() -> loopLarge(request));
        }
        threads.execute(this::loopHangUps);
        threads.execute(this::loopBadInput);
        threads.execute(this::loopSlowSenders);
        Request crowd = image("flood", "/v1/detect?model=" + CROWD, CROWD, "plain", plain)
                .expecting("flood", 200, 503);
        threads.execute(() -> {
            while (running) {
                if (flooding) {
                    burst(crowd);
                }
                pause(BURSTS);
            }
        });
    }

    /** Sends one request more. */
    Answer get(String path) throws IOException {
        Request request = get("test", path, 200);
        try (Connection connection = new Connection("127.0.0.1")) {
            connection.send(request.bytes());
            Answer answer = Answer.read(connection.in);
            if (!path.equals(METRICS)) {
                record.answered(request, answer);
            }
            return answer;
        }
    }

    /** Hundreds of clients that send one byte every four seconds. */
    void sendSlowly(boolean on) {
        slow = on;
    }

    /** A client that sends more requests at once than the service takes at a time. */
    void flood(boolean on) {
        flooding = on;
    }

    /** Every fifth image for {@link #LINE} is black. */
    void sendPartlyBlack(boolean on) {
        partlyBlack = on;
    }

    /** Every image for {@link #TURNS} is black. */
    void sendBlack(boolean on) {
        black = on;
    }

    /** Does something while no large image is under way. */
    void withoutLargeImages(Runnable action) throws InterruptedException {
        if (!large.writeLock().tryLock(TIMEOUT, TimeUnit.MILLISECONDS)) {
            throw new AssertionError("A large image has no answer within " + TIMEOUT + " ms");
        }
        try {
            action.run();
        } finally {
            large.writeLock().unlock();
        }
    }

    /** Ends all clients; requests that are under way are answered first. */
    @Override
    public void close() {
        running = false;
        threads.shutdown();
        try {
            if (!threads.awaitTermination(2 * TIMEOUT, TimeUnit.MILLISECONDS)) {
                record.fail("requests without an answer", "clients that do not end", threads.toString());
                threads.shutdownNow();
            }
        } catch (InterruptedException e) {
            threads.shutdownNow();
            Thread.currentThread().interrupt();
        }
        idle.values().forEach(connections -> connections.forEach(Connection::close));
    }

    private interface Mix {

        Request at(long number);
    }

    private void steadily(Duration period, String address, List<Request> mix) {
        steadily(period, address, number -> mix.get((int) (number % mix.size())));
    }

    /** Sends at fixed times: the time of a request begins when it is due, also where it was sent later. */
    private void steadily(Duration period, String address, Mix mix) {
        long start = System.nanoTime();
        threads.execute(() -> {
            for (long number = 0; running; number++) {
                long due = start + number * period.toNanos();
                while (running && System.nanoTime() < due) {
                    LockSupport.parkNanos(due - System.nanoTime());
                }
                Request request = mix.at(number);
                try {
                    threads.execute(() -> {
                        int status = call(address, request);
                        if (request.client().equals("small")) {
                            record.took(due, status);
                        }
                    });
                } catch (RejectedExecutionException e) {
                    return; // the soak has ended between the two lines
                }
            }
        });
    }

    /** Sends a request of a client that does nothing wrong over a kept connection; returns 0 where there is no answer. */
    private int call(String address, Request request) {
        Deque<Connection> connections = idle.computeIfAbsent(address, key -> new ConcurrentLinkedDeque<>());
        Connection kept = connections.pollFirst();
        try {
            if (kept != null && System.nanoTime() - kept.used > IDLE_CONNECTION) {
                kept.close();
                kept = null;
            }
            Connection connection = kept == null ? new Connection(address) : kept;
            kept = connection;
            connection.send(request.bytes());
            Answer answer = Answer.read(connection.in);
            record.answered(request, answer);
            if (answer.open()) {
                connection.used = System.nanoTime();
                connections.addFirst(connection);
            } else {
                connection.close();
            }
            return answer.status();
        } catch (IOException | RuntimeException e) {
            record.unanswered(request, e);
            if (kept != null) {
                kept.close();
            }
            return 0;
        }
    }

    private void loopLarge(Request request) {
        while (running) {
            large.readLock().lock();
            try {
                call("127.0.0.2", request);
            } finally {
                large.readLock().unlock();
            }
            pause(PAUSE_OF_LARGE);
        }
    }

    /** Opens all connections first, and sends over them all before the first answer is read. */
    private void burst(Request request) {
        List<Connection> all = new ArrayList<>();
        try {
            for (int i = 0; i < FLOOD; i++) {
                all.add(new Connection("127.0.0.4"));
            }
            for (Connection connection : all) {
                connection.send(request.bytes());
            }
        } catch (IOException e) {
            record.fail("failures of the test", "a burst", e.toString());
        }
        for (Connection connection : all) {
            try (connection) {
                record.answered(request, Answer.read(connection.in));
            } catch (IOException | RuntimeException e) {
                record.unanswered(request, e);
            }
        }
    }

    private void loopBadInput() {
        List<Request> all = badInput();
        for (int i = 0; running; i++) {
            Request request = all.get(i % all.size());
            try (Connection connection = new Connection("127.0.0.7")) {
                connection.send(request.bytes());
                record.answered(request, Answer.read(connection.in));
            } catch (IOException | RuntimeException e) {
                record.unanswered(request, e);
            }
            try (Connection connection = new Connection("127.0.0.7")) {
                connection.send(ascii("GET /v1/mo dels HTTP/1.1\r\nHost: localhost\r\n\r\n"));
                record.unreadable("GET", Answer.read(connection.in).status());
            } catch (IOException | RuntimeException e) {
                record.headless("unanswered");
            }
            pause(Duration.ofMillis(400));
        }
    }

    private List<Request> badInput() {
        try {
            String cookie = TestModels.name();
            byte[] good = Files.readAllBytes(TestModels.good());
            byte[] half = Arrays.copyOf(good, good.length / 2);
            String infer = "/v2/models/" + cookie + "/infer";
            Request detect = image("bad", "/v1/detect", cookie, "good", good);
            Request oversize =
                    post("bad", "/v1/detect", "image/jpeg", "Content-Length: 40000000\r\n", new byte[0], Kind.SINGLE);
            return List.of(
                    image("bad", "/v1/detect", cookie, "cut", half).expecting("bad", 400),
                    image("bad", "/v1/detect?threshold=2", cookie, "", good).expecting("bad", 400),
                    image("bad", "/v1/detect?color=red", cookie, "", good).expecting("bad", 400),
                    image("bad", "/v1/detect?version=abc", cookie, "", good).expecting("bad", 400),
                    image("bad", "/v1/detect?model=nosuch", "nosuch", "", good).expecting("bad", 404),
                    post("bad", "/v1/detect", "text/plain", "", good, Kind.SINGLE)
                            .expecting("bad", 415),
                    post("bad", "/v1/detect", "image/jpeg", "X-Request-Timeout: soon\r\n", good, Kind.SINGLE)
                            .expecting("bad", 400),
                    oversize.expecting("bad", 413),
                    json("/v2/models/nosuch/infer", "{\"inputs\":[]}").expecting("bad", 404),
                    json(infer, "{\"inputs\":[").expecting("bad", 400),
                    json(infer, "[".repeat(60) + "]".repeat(60)).expecting("bad", 400),
                    json(infer, "{\"" + "k".repeat(1_000) + "\":1}").expecting("bad", 400),
                    json(infer, "{\"id\":" + "9".repeat(100) + "}").expecting("bad", 400),
                    batch("bad", "/v1/detect/batch?include=nothing", cookie, "", good, 2)
                            .expecting("bad", 400),
                    batch("bad", "/v1/detect/batch", cookie, "", new byte[0], 0).expecting("bad", 400),
                    get("bad", "/v1/detect", 405),
                    get("bad", "/nothing", 404),
                    get("bad", "/v1/models/nosuch", 404),
                    detect.expecting("bad", 200));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** Leaves in all phases of a request, and stays in those in which an answer is due. */
    private void loopHangUps() {
        Request request = request();
        for (int i = 0; running; i++) {
            try (Connection connection = new Connection("127.0.0.6")) {
                hangUp(i % 9, connection, request);
            } catch (IOException | RuntimeException e) {
                record.unanswered(request, e);
            }
            pause(Duration.ofMillis(400));
        }
    }

    private static Request request() {
        try {
            return image("hang-ups", "/v1/detect", TestModels.name(), "broken", Files.readAllBytes(TestModels.broken()))
                    .expecting("hang-ups", 200, 400, 503);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private void hangUp(int phase, Connection connection, Request request) throws IOException {
        byte[] bytes = request.bytes();
        int head = request.head();
        switch (phase) {
            case 0 -> {
                connection.send(Arrays.copyOf(bytes, head / 2));
                record.headless("left");
            }
            case 1 -> {
                connection.send(Arrays.copyOf(bytes, head));
                record.left(request);
            }
            case 2 -> {
                connection.send(Arrays.copyOf(bytes, (head + bytes.length) / 2));
                record.left(request);
            }
            case 3 -> {
                connection.send(bytes);
                record.left(request);
            }
            case 4 -> {
                connection.send(bytes);
                pause(Duration.ofMillis(10));
                record.left(request);
            }
            case 5 -> {
                connection.send(bytes);
                connection.in.readNBytes(20);
                record.left(request);
            }
            case 6 -> {
                // What was sent whole has an answer, though nothing more is sent.
                connection.send(bytes);
                connection.socket.shutdownOutput();
                record.answered(request, Answer.read(connection.in));
            }
            case 7 -> {
                connection.send(Arrays.copyOf(bytes, (head + bytes.length) / 2));
                connection.socket.shutdownOutput();
                try {
                    record.answered(request, Answer.read(connection.in));
                } catch (EOFException e) {
                    record.cutOff(request);
                }
            }
            default -> pipeline(connection, request);
        }
    }

    /** An answer that closes the connection says that what was sent behind its request is not taken. */
    private void pipeline(Connection connection, Request request) throws IOException {
        int burst = 3;
        byte[] bytes = new byte[burst * request.bytes().length];
        for (int i = 0; i < burst; i++) {
            System.arraycopy(request.bytes(), 0, bytes, i * request.bytes().length, request.bytes().length);
        }
        connection.send(bytes);
        boolean open = true;
        for (int i = 0; i < burst; i++) {
            if (open) {
                Answer answer = Answer.read(connection.in);
                record.answered(request, answer);
                open = answer.open();
            } else {
                record.untaken();
            }
        }
    }

    /** One connection of a client that sends a byte at a time; it begins again when it was answered. */
    private static final class Drip {

        private final boolean headless;
        private final ByteBuffer received = ByteBuffer.allocate(4_096);
        private @Nullable SocketChannel channel;
        private int sent;
        private long next;

        Drip(boolean headless, long next) {
            this.headless = headless;
            this.next = next;
        }
    }

    private void loopSlowSenders() {
        List<Drip> all = new ArrayList<>();
        for (int i = 0; i < SLOW; i++) {
            all.add(new Drip(i < SLOW_HEADERS, System.nanoTime() + i * PERIOD_OF_SLOW / SLOW));
        }
        while (running) {
            boolean on = slow;
            all.forEach(drip -> step(drip, on));
            pause(Duration.ofMillis(50));
        }
        all.forEach(drip -> step(drip, false));
    }

    private void step(Drip drip, boolean on) {
        long now = System.nanoTime();
        try {
            if (drip.channel == null) {
                if (on && now >= drip.next) {
                    open(drip);
                }
            } else if (!receive(drip, now)) {
                if (!on) {
                    end(drip, drip.headless ? "left slowly" : null);
                } else if (now >= drip.next) {
                    send(drip);
                }
            }
        } catch (IOException e) {
            // What was cut off while it was sent may have an answer still.
            try {
                if (drip.channel == null || receive(drip, now)) {
                    return;
                }
            } catch (IOException broken) {
                // No answer.
            }
            cutOff(drip);
        }
    }

    private void open(Drip drip) throws IOException {
        drip.sent = 0;
        drip.received.clear();
        drip.channel = SocketChannel.open();
        drip.channel.bind(new InetSocketAddress("127.0.0.3", 0));
        drip.channel.socket().connect(new InetSocketAddress("127.0.0.1", port), TIMEOUT);
        drip.channel.configureBlocking(false);
        int head = drip.headless ? 1 : slowUpload.head();
        drip.sent = drip.channel.write(ByteBuffer.wrap(slowUpload.bytes(), 0, head));
        drip.next = System.nanoTime() + PERIOD_OF_SLOW;
    }

    private void send(Drip drip) throws IOException {
        int end = drip.headless ? slowUpload.head() - 1 : slowUpload.bytes().length;
        int length = Math.min(1, end - drip.sent);
        if (length > 0 && drip.channel != null) {
            drip.sent += drip.channel.write(ByteBuffer.wrap(slowUpload.bytes(), drip.sent, length));
        }
        drip.next += PERIOD_OF_SLOW;
    }

    /** Returns whether the connection has ended. */
    private boolean receive(Drip drip, long now) throws IOException {
        int read = drip.channel == null ? 0 : drip.channel.read(drip.received);
        String text = new String(drip.received.array(), 0, drip.received.position(), StandardCharsets.ISO_8859_1);
        int interim = text.startsWith("HTTP/1.1 1") ? text.indexOf("\r\n\r\n") + 4 : 0;
        if (text.indexOf("\r\n\r\n", interim) >= 0) {
            int status = Integer.parseInt(text.substring(interim + 9, interim + 12));
            if (drip.headless) {
                record.unreadable(slowUpload.method(), status);
            } else {
                record.answered(slowUpload, new Answer(status, false, new byte[0]));
            }
            close(drip, now + PERIOD_OF_SLOW);
            return true;
        }
        if (read < 0) {
            cutOff(drip);
            return true;
        }
        return false;
    }

    private void cutOff(Drip drip) {
        if (drip.sent >= slowUpload.head()) {
            record.cutOff(slowUpload);
        } else if (drip.sent > 0) {
            record.headless("slowly, cut off");
        } else {
            record.headless("not connected");
        }
        close(drip, System.nanoTime() + PERIOD_OF_SLOW);
    }

    private void end(Drip drip, @Nullable String headless) {
        if (headless == null) {
            record.left(slowUpload);
        } else {
            record.headless(headless);
        }
        close(drip, 0);
    }

    private static void close(Drip drip, long next) {
        drip.next = next;
        SocketChannel channel = drip.channel;
        drip.channel = null;
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (IOException e) {
            // It is closed.
        }
    }

    private static Request image(String client, String path, String model, String name, byte[] image) {
        return request(client, path, "application/octet-stream", "", image, Kind.SINGLE, model, name, 1);
    }

    private static Request batch(String client, String path, String model, String name, byte[] image, int images) {
        ByteArrayOutputStream form = new ByteArrayOutputStream();
        for (int i = 0; i < images; i++) {
            form.writeBytes(ascii("--part\r\nContent-Disposition: form-data; name=\"images\"; filename=\"a.jpg\"\r\n"
                    + "Content-Type: image/jpeg\r\n\r\n"));
            form.writeBytes(image);
            form.writeBytes(ascii("\r\n"));
        }
        form.writeBytes(ascii("--part--\r\n"));
        String type = "multipart/form-data; boundary=part";
        return request(client, path, type, "", form.toByteArray(), Kind.BATCH, model, name, images);
    }

    private static Request infer(String client, String path, String model, String name, byte[] image, int images) {
        String encoded = Base64.getEncoder().encodeToString(image);
        String json = "{\"inputs\":[{\"name\":\"input\",\"datatype\":\"BYTES\",\"shape\":[" + images + "],\"data\":[\""
                + String.join("\",\"", Collections.nCopies(images, encoded))
                + "\"]}],\"outputs\":[{\"name\":\"pred_score\"}]}";
        return request(client, path, "application/json", "", ascii(json), Kind.PROTOCOL, model, name, images);
    }

    private static Request json(String path, String json) {
        return post("bad", path, "application/json", "", ascii(json), Kind.PROTOCOL);
    }

    private static Request post(String client, String path, String type, String headers, byte[] body, Kind kind) {
        return request(client, path, type, headers, body, kind, "", "", 1);
    }

    private static Request request(
            String client,
            String path,
            String type,
            String headers,
            byte[] body,
            Kind kind,
            String model,
            String image,
            int images) {
        String length = headers.contains("Content-Length") ? "" : "Content-Length: " + body.length + "\r\n";
        byte[] head = ascii("POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: " + type + "\r\n" + headers
                + length + "\r\n");
        byte[] bytes = Arrays.copyOf(head, head.length + body.length);
        System.arraycopy(body, 0, bytes, head.length, body.length);
        return new Request(client, "POST", path, bytes, head.length, kind, true, model, image, images, OK);
    }

    private static Request get(String client, String path, int status) {
        byte[] bytes = ascii("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
        return new Request(client, "GET", path, bytes, bytes.length, Kind.OTHER, false, "", "", 0, Set.of(status));
    }

    private static byte[] png(int argb) throws IOException {
        BufferedImage image = new BufferedImage(32, 32, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < 32 * 32; i++) {
            image.setRGB(i % 32, i / 32, argb);
        }
        return encode(image, "png");
    }

    private static byte[] encode(BufferedImage image, String format) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ImageIO.write(image, format, out);
        return out.toByteArray();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** The rate of clients is what the soak is about: this is the time between two requests. */
    private void pause(Duration duration) {
        long end = System.nanoTime() + duration.toNanos();
        while (running && System.nanoTime() < end) {
            LockSupport.parkNanos(end - System.nanoTime());
        }
    }

    private final class Connection implements AutoCloseable {

        private final Socket socket = new Socket();
        private final InputStream in;
        private long used;

        Connection(String address) throws IOException {
            try {
                socket.bind(new InetSocketAddress(address, 0));
                socket.connect(new InetSocketAddress("127.0.0.1", port), TIMEOUT);
                socket.setSoTimeout(TIMEOUT);
                in = new BufferedInputStream(socket.getInputStream());
            } catch (IOException e) {
                close();
                throw e;
            }
        }

        void send(byte[] bytes) throws IOException {
            socket.getOutputStream().write(bytes);
        }

        @Override
        public void close() {
            try {
                socket.close();
            } catch (IOException e) {
                // It is closed.
            }
        }
    }
}
