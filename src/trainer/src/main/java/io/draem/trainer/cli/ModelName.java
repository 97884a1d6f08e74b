package io.draem.trainer.cli;

import java.util.regex.Pattern;

/** The name of a model: a folder of the model directory, and a label of the service's metrics. */
final class ModelName {

    /** With {@code -fp16} or {@code -int8} behind it, it has at most 63, which a Kubernetes label and a DNS name may have. */
    static final int MAX_LENGTH = 58;

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0," + (MAX_LENGTH - 1) + "}");

    private ModelName() {}

    /**
     * Returns the name itself.
     *
     * @throws IllegalArgumentException if it cannot name a folder of models; the message names {@code --name}
     */
    static String require(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "--name must be letters, digits, '.', '_' and '-', a letter or digit first," + " at most "
                            + MAX_LENGTH + " of them, not '" + name + "'");
        }
        return name;
    }
}
