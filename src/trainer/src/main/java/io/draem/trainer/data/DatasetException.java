package io.draem.trainer.data;

import java.io.IOException;

/** A data set that cannot be used as it is; the message names folder or files and the remedy. */
public final class DatasetException extends IOException {

    private static final long serialVersionUID = 1L;

    DatasetException(String message) {
        super(message);
    }
}
