package io.draem.service.models;

import io.draem.text.Sha256;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * A version on trial: it examines a share of the images too, for comparison, and answers a
 * share of the requests that name no version. A {@link CandidateFile} in its folder makes it one.
 *
 * @param model the version
 * @param share share of the images that it examines too, 0 to 1
 * @param answerShare share of the requests without a version that it answers, 0 to 1
 */
public record Candidate(ServedModel model, double share, double answerShare) {

    Candidate(ServedModel model, CandidateFile.Shares shares) {
        this(model, shares.images(), shares.requests());
    }

    /**
     * Returns whether it answers a request that names no version. The same key has the same answer on every replica and after
     * restarts, and keeps it when the share grows: then further keys are added. A version that fails, or that a request would
     * have to open, answers nothing.
     *
     * @param key what the client gives with requests that the same version should answer; null for a random choice
     */
    boolean answers(@Nullable String key) {
        return answerShare > 0
                && !model.isFailing()
                && model.isOpen()
                && (key == null ? ThreadLocalRandom.current().nextDouble() : position(key)) < answerShare;
    }

    private double position(String key) {
        return position(model.name(), model.version(), key);
    }

    /**
     * Returns the position of a key among all keys of a version, 0 to less than 1: the first 53 bits of the SHA-256 of name,
     * version and key. Replicas of different releases must agree on it.
     */
    static double position(String name, int version, String key) {
        byte[] text = (name + '\n' + version + '\n' + key).getBytes(StandardCharsets.UTF_8);
        return (ByteBuffer.wrap(Sha256.algorithm().digest(text)).getLong() >>> 11) * 0x1p-53;
    }
}
