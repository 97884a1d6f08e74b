package io.draem.service.capture.files;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * Files as objects of a bucket, whose names begin with a prefix. Endpoint, region and credentials come from the AWS SDK's
 * standard places: environment, system properties, profile, container, instance.
 *
 * <p>The object {@value #INDEX} names the index that the prefix belongs to. It is written only if there is none, so that of two
 * processes one gets the prefix.
 */
public final class BucketStore implements FileStore {

    private static final String INDEX = "draem-index";
    private static final Pattern ADDRESS =
            Pattern.compile("s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])((?:/(?!\\.{1,2}(?:/|$))[A-Za-z0-9_.=-]+)*)/?");

    /** A call with all its attempts; the thread that writes waits no longer for an image. */
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    /** Files that are open at a time: each holds a thread of the web server while the store answers. */
    private static final int MOST_OPEN = 8;

    private static final int MOST_INDEX_BYTES = 1024;

    private final String bucket;
    private final String prefix;
    private final S3Client client;
    private final Duration patience;
    private final Semaphore open = new Semaphore(MOST_OPEN);

    private BucketStore(Matcher address, Duration timeout) {
        this.bucket = address.group(1);
        this.prefix = address.group(2).isEmpty() ? "" : address.group(2).substring(1) + "/";
        this.client = BucketClient.open(timeout);
        this.patience = timeout.dividedBy(2);
    }

    /**
     * Opens the store of an address; nothing is sent.
     *
     * @param address {@code s3://BUCKET/PREFIX}; the prefix may be left out
     * @throws IllegalArgumentException if it is no such address
     * @throws IOException if the settings of the AWS SDK are incomplete or wrong; the message is its own
     */
    public static BucketStore of(String address) throws IOException {
        return of(address, TIMEOUT);
    }

    static BucketStore of(String address, Duration timeout) throws IOException {
        Matcher matcher = ADDRESS.matcher(address);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("must be s3://BUCKET or s3://BUCKET/PREFIX, got " + address);
        }
        try {
            return new BucketStore(matcher, timeout);
        } catch (SdkException | IllegalArgumentException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    @Override
    public String address() {
        return "s3://" + bucket + "/" + prefix;
    }

    @Override
    public void claim(String index, boolean again) throws IOException {
        String owner = owner();
        if (owner == null) {
            if (again && isEmpty()) {
                throw new StoreException(
                        address() + " of " + endpoint() + " has neither the object " + INDEX + " nor an image, but the"
                                + " index has images there: it is another store, or all was deleted. Correct endpoint,"
                                + " region and bucket; to begin with an empty store, name another"
                                + " draem.capture.directory",
                        true,
                        null);
            }
            create(index);
            owner = owner(); // of a store that ignores the condition, the last one
        }
        if (!index.equals(owner)) {
            throw new StoreException(
                    address() + " belongs to the index " + owner + " and not to this one: of another service, or of an"
                            + " earlier directory",
                    true,
                    null);
        }
    }

    private String endpoint() {
        return client.serviceClientConfiguration()
                .endpointOverride()
                .map(URI::toString)
                .orElseGet(() ->
                        "Amazon S3, " + client.serviceClientConfiguration().region());
    }

    private boolean isEmpty() throws IOException {
        AtomicBoolean empty = new AtomicBoolean(true);
        list(name -> {
            empty.set(false);
            return false;
        });
        return empty.get();
    }

    private @Nullable String owner() throws IOException {
        try (StoredFile file = open(INDEX)) {
            return new String(file.read(MOST_INDEX_BYTES), StandardCharsets.UTF_8).strip();
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    private void create(String index) throws IOException {
        call(() -> {
            try {
                client.putObject(
                        request -> request.bucket(bucket).key(prefix + INDEX).ifNoneMatch("*"),
                        RequestBody.fromString(index + "\n"));
                return true;
            } catch (S3Exception e) {
                if (e.statusCode() == 409 || e.statusCode() == 412) {
                    return false; // another process came first
                }
                throw e;
            }
        });
    }

    @Override
    public void write(String name, byte[] bytes) throws IOException {
        call(() -> client.putObject(
                request -> request.bucket(bucket).key(prefix + name).contentLength((long) bytes.length),
                RequestBody.fromContentProvider(
                        () -> new ByteArrayInputStream(bytes), bytes.length, "application/octet-stream")));
    }

    @Override
    public StoredFile open(String name) throws IOException {
        acquire();
        boolean opened = false;
        try {
            ResponseInputStream<GetObjectResponse> content = call(
                    () -> client.getObject(request -> request.bucket(bucket).key(prefix + name)));
            Long length = content.response().contentLength();
            if (length == null) {
                content.abort();
                throw new StoreException(address() + " does not say how long " + name + " is", false, null);
            }
            opened = true;
            return new StoredFile(length, new BucketContent(content, length, address(), open));
        } catch (StoreException e) {
            if (e.getCause() instanceof S3Exception answer && BucketClient.isNoSuchKey(answer)) {
                throw new NoSuchFileException(name);
            }
            throw e;
        } finally {
            if (!opened) {
                open.release();
            }
        }
    }

    private void acquire() throws IOException {
        try {
            if (!open.tryAcquire(patience.toNanos(), TimeUnit.NANOSECONDS)) {
                throw StoreException.busy(MOST_OPEN + " files of " + address() + " are being read already");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("Interrupted while other files of " + address() + " are read");
        }
    }

    @Override
    public void delete(String name) throws IOException {
        call(() -> {
            try {
                client.deleteObject(request -> request.bucket(bucket).key(prefix + name));
            } catch (S3Exception e) {
                if (!BucketClient.isNoSuchKey(e)) { // which Google Cloud Storage answers
                    throw e;
                }
            }
            return true;
        });
    }

    @Override
    public void list(Predicate<String> visitor) throws IOException {
        call(() -> {
            for (S3Object object : client.listObjectsV2Paginator(
                            request -> request.bucket(bucket).prefix(prefix))
                    .contents()) {
                String name = object.key().substring(prefix.length());
                int slash = name.indexOf('/');
                if (slash > 0
                        && slash == name.lastIndexOf('/')
                        && FOLDER.matcher(name.substring(0, slash)).matches()
                        && !visitor.test(name)) {
                    break;
                }
            }
            return true;
        });
    }

    private <T> T call(BucketClient.Call<T> call) throws StoreException {
        return BucketClient.call(address(), call);
    }

    @Override
    public void close() {
        client.close();
    }
}
