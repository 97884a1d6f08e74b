package io.draem.service.capture.files;

import java.time.Duration;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;

/** Makes clients of S3-compatible stores, with limits of time and with what all of these stores know. */
final class BucketClient {

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);

    private BucketClient() {}

    /**
     * Returns a client with the settings of the AWS SDK; nothing is sent.
     *
     * @param timeout most time of a call with all its attempts
     */
    static S3Client open(Duration timeout) {
        S3ClientBuilder builder = S3Client.builder()
                .httpClientBuilder(UrlConnectionHttpClient.builder()
                        .connectionTimeout(CONNECT_TIMEOUT)
                        .socketTimeout(timeout.dividedBy(4)))
                .overrideConfiguration(settings -> settings.apiCallTimeout(timeout)
                        .apiCallAttemptTimeout(timeout.multipliedBy(3).dividedBy(4)))
                // Stores other than Amazon's know no checksums and chunks of the newer kind.
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                .serviceConfiguration(settings -> settings.chunkedEncodingEnabled(false));
        S3Client client = builder.build();
        if (client.serviceClientConfiguration().endpointOverride().isEmpty()) {
            return client;
        }
        client.close();
        return builder.forcePathStyle(true).build(); // its endpoint has no host for each bucket
    }
}
