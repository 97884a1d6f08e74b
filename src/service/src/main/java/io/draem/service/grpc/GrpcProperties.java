package io.draem.service.grpc;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The Open Inference Protocol over gRPC.
 *
 * @param enabled whether the Open Inference Protocol is served over gRPC too
 * @param port port of gRPC; 0 for any that is free. Keys, limits and certificate are those of the HTTP port
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
