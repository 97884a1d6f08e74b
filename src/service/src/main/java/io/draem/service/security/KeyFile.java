package io.draem.service.security;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The keys of a file, which is reread at an interval. If the file becomes invalid or is removed, the earlier keys stay valid,
 * so that a mistake locks out no client, and the log reports it.
 */
final class KeyFile implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(KeyFile.class);
    private static final int MOST_BYTES = 1 << 20;

    private final Path path;
    private final ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor(KeyFile::thread);
    private String text;
    private String lastError = "";
    private volatile ApiKeys keys;

    /**
     * Reads the file.
     *
     * @throws KeyFileException if it cannot be used
     */
    KeyFile(Path path) throws KeyFileException {
        this.path = path;
        this.text = read();
        this.keys = parse(text);
        log.info("API keys are required: {} read from {}", keys.size(), path);
    }

    /** Starts to check the file at an interval. */
    void watch(Duration interval) {
        executor.scheduleWithFixedDelay(this::refresh, interval.toMillis(), interval.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Replaces the keys by those of the file, if it is valid. */
    synchronized void refresh() {
        try {
            String now = read();
            if (!now.equals(text)) {
                keys = parse(now);
                text = now;
                log.info("The API keys were changed: {} read from {}", keys.size(), path);
            } else if (!lastError.isEmpty()) {
                log.info("The API keys in {} can be used again", path);
            }
            lastError = "";
        } catch (KeyFileException e) {
            String message = String.valueOf(e.getMessage());
            if (!message.equals(lastError)) { // once, not at every check
                log.error("The API keys in {} cannot be used, the earlier keys stay valid: {}", path, message);
                lastError = message;
            }
        } catch (RuntimeException e) { // otherwise the executor would silently end the checks
            log.error("The API keys in {} could not be checked, the earlier keys stay valid", path, e);
        }
    }

    ApiKeys keys() {
        return keys;
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }

    private String read() throws KeyFileException {
        try (InputStream file = Files.newInputStream(path)) {
            byte[] bytes = file.readNBytes(MOST_BYTES + 1);
            if (bytes.length > MOST_BYTES) {
                throw new KeyFileException("It is larger than 1 MB");
            }
            return new String(bytes, StandardCharsets.UTF_8);
        } catch (NoSuchFileException e) {
            throw new KeyFileException("There is no such file");
        } catch (IOException e) {
            throw new KeyFileException("It cannot be read: " + e.getMessage());
        }
    }

    private static ApiKeys parse(String text) throws KeyFileException {
        return ApiKeys.parse(text.lines().toList());
    }

    private static Thread thread(Runnable task) {
        Thread thread = new Thread(task, "api-keys");
        thread.setDaemon(true);
        return thread;
    }
}
