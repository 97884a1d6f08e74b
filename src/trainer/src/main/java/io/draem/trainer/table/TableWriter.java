package io.draem.trainer.table;

import java.io.Closeable;
import java.io.IOException;
import tools.jackson.databind.JsonNode;

/** A table that is being written; complete when it is closed. */
public interface TableWriter extends Closeable {

    /**
     * Adds a row.
     *
     * @param line of an image; what it does not have, or has in another type than the column, is null
     */
    void add(JsonNode line) throws IOException;
}
