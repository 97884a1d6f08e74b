package io.draem.service.models;

import java.util.HashMap;
import java.util.Map;

/**
 * The versions that failed on too many of their runs. They are remembered by their bytes until the service ends, also when
 * they are no longer loaded: only another file brings such a version back.
 */
final class SuspendedVersions {

    private record Key(String name, int version) {}

    private record Suspended(String digest, FileState state, String failures) {}

    private final Map<Key, Suspended> versions = new HashMap<>();

    /** Suspends a version that was loaded from files in that state. */
    synchronized void add(ServedModel model, FileState state) {
        add(model, state, model.recentFailures());
    }

    /** Returns whether the files of a version are still those with which it was suspended. */
    synchronized boolean contains(ModelFile file) {
        Suspended suspended = versions.get(new Key(file.name(), file.version()));
        return suspended != null && suspended.state().equals(file.state());
    }

    /** Suspends a version that was loaded again if its bytes are still those with which it was; forgets it otherwise. */
    synchronized void recognise(ServedModel model, FileState state) {
        Key key = new Key(model.name(), model.version());
        Suspended suspended = versions.get(key);
        if (suspended != null && suspended.digest().equals(model.digest())) {
            add(model, state, suspended.failures());
        } else {
            versions.remove(key);
        }
    }

    private void add(ServedModel model, FileState state, String failures) {
        model.suspend(failures);
        versions.put(new Key(model.name(), model.version()), new Suspended(model.digest(), state, failures));
    }
}
