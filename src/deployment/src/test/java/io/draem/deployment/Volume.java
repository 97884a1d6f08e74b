package io.draem.deployment;

import org.testcontainers.DockerClientFactory;

/** A volume of the engine, empty until a container mounts it, removed when closed. */
record Volume(String name) implements AutoCloseable {

    static Volume create() {
        return new Volume(
                DockerClientFactory.instance().client().createVolumeCmd().exec().getName());
    }

    @Override
    public void close() {
        DockerClientFactory.instance().client().removeVolumeCmd(name).exec();
    }
}
