package io.draem.service.capture.files;

import java.util.List;

/** The settings of the AWS SDK for a test, as system properties until it is closed. */
public final class S3Settings implements AutoCloseable {

    private static final List<String> NAMES =
            List.of("aws.endpointUrlS3", "aws.region", "aws.accessKeyId", "aws.secretAccessKey");

    /** @param port of a store on this machine */
    public S3Settings(int port) {
        System.setProperty("aws.endpointUrlS3", "http://localhost:" + port);
        System.setProperty("aws.region", "us-east-1");
        System.setProperty("aws.accessKeyId", "captures");
        System.setProperty("aws.secretAccessKey", "secret");
    }

    @Override
    public void close() {
        NAMES.forEach(System::clearProperty);
    }
}
