package io.draem.service.grpc;

import org.springframework.context.ApplicationContext;

/** The port of a service that tests of other packages call. */
public final class GrpcPort {

    private GrpcPort() {}

    /** Returns the port. */
    public static int of(ApplicationContext service) {
        return service.getBean(GrpcServer.class).port();
    }
}
