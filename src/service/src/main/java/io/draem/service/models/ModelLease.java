package io.draem.service.models;

import java.util.concurrent.atomic.AtomicBoolean;

/** Keeps a model open for one request, so that the request ends on the version that it began with. */
public final class ModelLease implements AutoCloseable {

    private final ServedModel model;
    private final AtomicBoolean open = new AtomicBoolean(true);

    ModelLease(ServedModel model) {
        this.model = model;
    }

    public ServedModel model() {
        return model;
    }

    /** Releases the model; a second call does nothing. */
    @Override
    public void close() {
        if (open.compareAndSet(true, false)) {
            model.release();
        }
    }
}
