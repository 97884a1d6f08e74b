package io.draem.service.grpc;

import io.draem.service.detection.Admission;
import io.draem.service.detection.DetectionListener;
import io.draem.service.detection.DetectionProperties;
import io.draem.service.detection.MemoryLimits;
import io.draem.service.detection.PredictionService;
import io.draem.service.grpc.inference.GRPCInferenceServiceGrpc;
import io.draem.service.models.ModelEvent;
import io.draem.service.models.ModelRepository;
import io.draem.service.protocol.ServerState;
import io.draem.service.security.Gatekeeper;
import io.draem.service.startup.StartUpException;
import io.grpc.Codec;
import io.grpc.DecompressorRegistry;
import io.grpc.Server;
import io.grpc.ServerInterceptor;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.boot.web.server.autoconfigure.ServerProperties;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/**
 * Serves the protocol over gRPC at a port of its own, with the health protocol and reflection. It stops once admission has
 * waited for the responses, as the web server does.
 */
@Component
@ConditionalOnBooleanProperty("draem.grpc.enabled")
@EnableConfigurationProperties(GrpcProperties.class)
final class GrpcServer implements SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(GrpcServer.class);

    /** What a connection may have in memory of messages that no call has requested yet. */
    private static final int WINDOW = 256 << 10;

    private static final int CALLS_PER_CONNECTION = 128;

    /** How long a connection without a call is kept. */
    private static final Duration IDLE = Duration.ofMinutes(5);

    /** What calls that admission does not wait for have to end in: streams between messages, and watches of health. */
    private static final Duration TO_END = Duration.ofSeconds(1);

    /** How many calls a connection may reset within {@link #RESETS}: clients also do so where one is refused at once. */
    private static final int MOST_RESETS = 20 * CALLS_PER_CONNECTION;

    private static final Duration RESETS = Duration.ofSeconds(10);
    private static final int METADATA_BYTES = 8 << 10;

    /** How often clients may ask whether the server is there, and the server whether clients are. */
    private static final Duration LEAST_KEEP_ALIVE = Duration.ofSeconds(10);

    private static final Duration KEEP_ALIVE = Duration.ofMinutes(1);

    private final InetSocketAddress address;
    private final NettyServerBuilder builder;
    private final ModelRepository models;
    private final InferenceHandler inferences;
    private final HealthStatusManager health = new HealthStatusManager();
    private final ExecutorService calls = Executors.newCachedThreadPool(task -> new Thread(task, "grpc"));
    private final ScheduledThreadPoolExecutor timer =
            new ScheduledThreadPoolExecutor(1, task -> new Thread(task, "grpc-timer"));
    private volatile boolean accepting;
    private volatile @Nullable Server server;

    GrpcServer(
            GrpcProperties properties,
            ServerProperties web,
            SslBundles bundles,
            ModelRepository models,
            ServerState state,
            PredictionService predictions,
            Admission admission,
            MemoryLimits limits,
            DetectionListener listener,
            DetectionProperties detection,
            Gatekeeper gatekeeper,
            List<ServerInterceptor> observers) {
        this.address = new InetSocketAddress(
                web.getAddress() == null ? new InetSocketAddress(0).getAddress() : web.getAddress(), properties.port());
        timer.setRemoveOnCancelPolicy(true); // a task knows its call
        this.models = models;
        CallConnections connections = new CallConnections();
        CallKeys keys = new CallKeys(gatekeeper, connections);
        this.inferences = new InferenceHandler(predictions, admission, listener, keys, timer, detection, limits);
        this.builder = NettyServerBuilder.forAddress(address)
                .executor(calls)
                .addTransportFilter(connections)
                .addStreamTracerFactory(new MessageBytes.Factory())
                // Each call has a limit of its own, with a better error; memory is taken as the bytes arrive.
                .maxInboundMessageSize(Integer.MAX_VALUE)
                .maxInboundMetadataSize(METADATA_BYTES)
                .flowControlWindow(WINDOW)
                .maxConcurrentCallsPerConnection(CALLS_PER_CONNECTION)
                .permitKeepAliveTime(LEAST_KEEP_ALIVE.toSeconds(), TimeUnit.SECONDS)
                .permitKeepAliveWithoutCalls(true)
                .keepAliveTime(KEEP_ALIVE.toSeconds(), TimeUnit.SECONDS)
                .maxConnectionIdle(IDLE.toSeconds(), TimeUnit.SECONDS)
                .maxRstFramesPerWindow(MOST_RESETS, (int) RESETS.toSeconds())
                // Images are compressed; and what a message unpacks to would not be counted.
                .decompressorRegistry(DecompressorRegistry.emptyInstance().with(Codec.Identity.NONE, false))
                .addService(new ProtocolService(state, inferences))
                .addService(health.getHealthService())
                .addService(ProtoReflectionServiceV1.newInstance())
                .intercept(keys);
        // The last of them is called first.
        observers.forEach(builder::intercept);
        SslContext tls = CallCertificates.of(web.getSsl(), bundles);
        if (tls != null) {
            builder.sslContext(tls);
        }
    }

    @Override
    public void start() {
        report();
        try {
            Server started = builder.build().start();
            server = started;
            log.info("gRPC is served at port {}", started.getPort());
        } catch (IOException e) {
            throw new StartUpException(
                    "gRPC cannot be served at " + address.getAddress().getHostAddress() + ":" + address.getPort() + ": "
                            + causeOf(e),
                    "Set draem.grpc.port to a port that is free.",
                    e);
        }
    }

    private static @Nullable String causeOf(IOException e) {
        return e.getCause() == null ? e.getMessage() : e.getCause().getMessage();
    }

    /** Returns the port, once it is served. */
    int port() {
        Server running = server;
        return running == null ? -1 : running.getPort();
    }

    /** Ends the connections. Admission has waited for the responses: calls that are left have none to get. */
    @Override
    public void stop() {
        health.enterTerminalState();
        Server running = server;
        if (running != null) {
            inferences.endStreams();
            running.shutdown();
            try {
                if (!running.awaitTermination(TO_END.toMillis(), TimeUnit.MILLISECONDS)) {
                    running.shutdownNow();
                    running.awaitTermination(TO_END.toMillis(), TimeUnit.MILLISECONDS);
                }
            } catch (InterruptedException e) {
                running.shutdownNow();
                Thread.currentThread().interrupt();
            }
        }
        server = null;
        timer.shutdownNow();
        calls.shutdown();
    }

    /** In a thread of its own, so that it takes no time in addition to that of the web server. */
    @Override
    public void stop(Runnable callback) {
        new Thread(
                        () -> {
                            stop();
                            callback.run();
                        },
                        "grpc-stop")
                .start();
    }

    @Override
    public boolean isRunning() {
        return server != null;
    }

    /** Not stopped for a pause: what has been refused is not taken back. */
    @Override
    public boolean isPauseable() {
        return false;
    }

    /** Stopped after admission, together with the web server. */
    @Override
    public int getPhase() {
        return WebServerApplicationContext.GRACEFUL_SHUTDOWN_PHASE;
    }

    @EventListener
    void onReadiness(AvailabilityChangeEvent<ReadinessState> event) {
        accepting = event.getState() == ReadinessState.ACCEPTING_TRAFFIC;
        report();
    }

    @EventListener
    void onModels(ModelEvent.Changed event) {
        report();
    }

    private void report() {
        ServingStatus status = accepting && models.isLoaded() ? ServingStatus.SERVING : ServingStatus.NOT_SERVING;
        health.setStatus(HealthStatusManager.SERVICE_NAME_ALL_SERVICES, status);
        health.setStatus(GRPCInferenceServiceGrpc.SERVICE_NAME, status);
    }
}
