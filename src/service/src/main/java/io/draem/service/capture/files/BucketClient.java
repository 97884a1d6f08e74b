package io.draem.service.capture.files;

import java.time.Duration;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * Makes clients of S3-compatible stores, with limits of time and with what all of these stores know, and tells their failures
 * apart.
 */
final class BucketClient {

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);

    /** How the message of the AWS SDK begins where it has no credentials. */
    private static final String NO_CREDENTIALS = "Unable to load credentials";

    private BucketClient() {}

    /** A call of the store. */
    @FunctionalInterface
    interface Call<T> {

        T run();
    }

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

    /**
     * Makes a call.
     *
     * @param address of the store, for messages
     * @throws StoreException if it fails. A bucket that is not there is a mistake in the settings; all else may pass: credentials
     *     are renewed
     */
    static <T> T call(String address, Call<T> call) throws StoreException {
        try {
            return call.run();
        } catch (S3Exception e) {
            int status = e.statusCode();
            boolean elsewhere = status == 301 || status == 404;
            throw new StoreException(address + " answers " + status + ": " + e.getMessage(), elsewhere, e);
        } catch (SdkException e) {
            if (String.valueOf(e.getMessage()).startsWith(NO_CREDENTIALS)) {
                throw new StoreException(
                        "There are no credentials for " + address + ": set AWS_ACCESS_KEY_ID and"
                                + " AWS_SECRET_ACCESS_KEY, or give the machine or container a role",
                        false,
                        e);
            }
            throw new StoreException(address + " cannot be reached: " + e.getMessage(), false, e);
        } catch (IllegalStateException e) { // closed meanwhile
            throw new StoreException(address + " is closed", false, e);
        }
    }

    /** Returns whether the bucket is there, and no object has the name. */
    static boolean isNoSuchKey(S3Exception answer) {
        return answer.statusCode() == 404
                && answer.awsErrorDetails() != null
                && "NoSuchKey".equals(answer.awsErrorDetails().errorCode());
    }
}
