package io.draem.service.grpc;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The Open Inference Protocol over gRPC.
 *
 * @param enabled whether it is served
 * @param port port of its own; 0 for any that is free. It has the keys, limits and certificates of the HTTP port
 */
@ConfigurationProperties("draem.grpc")
public record GrpcProperties(
        @DefaultValue("false") boolean enabled,
        @DefaultValue("8081") int port) {

    public GrpcProperties {
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("draem.grpc.port must be between 0 and 65535, got " + port);
        }
    }
}
