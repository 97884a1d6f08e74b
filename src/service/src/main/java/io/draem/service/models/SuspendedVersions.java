package io.draem.service.models;

import java.util.HashMap;
import java.util.Map;

/**
 * The versions that failed on too many of their runs. They are identified by their digest until the service ends, also when
 * they are no longer loaded: only another file ends the suspension.
 */
final class SuspendedVersions {

    private record Key(String name, int version) {}

    private record Suspended(String digest, ModelFile.State state, String failures) {}

    private final Map<Key, Suspended> versions = new HashMap<>();

    /** Suspends a version that was loaded from files in a state. */
    synchronized void add(ServedModel model, ModelFile.State state) {
        add(model, state, model.recentFailures());
    }

    /** Returns whether a version is suspended and its files have not changed since. */
    synchronized boolean contains(ModelFile file) {
        Suspended suspended = versions.get(new Key(file.name(), file.version()));
        return suspended != null && suspended.state().equals(file.state());
    }

    /** Suspends a loaded version again if its digest is that of the suspended one; otherwise ends the suspension. */
    synchronized void resume(ServedModel model, ModelFile.State state) {
        Key key = new Key(model.name(), model.version());
        Suspended suspended = versions.get(key);
        if (suspended != null && suspended.digest().equals(model.digest())) {
            add(model, state, suspended.failures());
        } else {
            versions.remove(key);
        }
    }

    private void add(ServedModel model, ModelFile.State state, String failures) {
        model.suspend(failures);
        versions.put(new Key(model.name(), model.version()), new Suspended(model.digest(), state, failures));
    }
}
