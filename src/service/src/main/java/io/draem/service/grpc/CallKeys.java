package io.draem.service.grpc;

import io.draem.service.grpc.inference.GRPCInferenceServiceGrpc;
import io.draem.service.security.Access;
import io.draem.service.security.Gatekeeper;
import io.draem.service.web.Headers;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.StatusException;
import io.grpc.health.v1.HealthGrpc;
import java.net.InetSocketAddress;
import java.util.Locale;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Rejects calls without a valid key, and those whose key was used too often, before anything of their messages is read.
 * What is granted knows its {@link #CLIENT}.
 */
final class CallKeys implements ServerInterceptor {

    /** The client of the current call. */
    static final Context.Key<Client> CLIENT = Context.key("client");

    /** What the client gives with calls that the same version of a model should answer. */
    static final Metadata.Key<String> ROUTING =
            Metadata.Key.of(Headers.ROUTING_KEY.toLowerCase(Locale.ROOT), Metadata.ASCII_STRING_MARSHALLER);

    /** Probes need no key. */
    private static final Set<String> OPEN = Set.of(
            GRPCInferenceServiceGrpc.getServerLiveMethod().getFullMethodName(),
            GRPCInferenceServiceGrpc.getServerReadyMethod().getFullMethodName(),
            HealthGrpc.getCheckMethod().getFullMethodName(),
            HealthGrpc.getWatchMethod().getFullMethodName());

    private static final String INFER =
            GRPCInferenceServiceGrpc.getModelInferMethod().getFullMethodName();

    private final Gatekeeper gatekeeper;
    private final CallConnections connections;

    CallKeys(Gatekeeper gatekeeper, CallConnections connections) {
        this.gatekeeper = gatekeeper;
        this.connections = connections;
    }

    /**
     * Who calls.
     *
     * @param id for fair scheduling: its key, or its address
     * @param key gives the name of its key; null where it has none that is good now
     * @param admin returns whether its key has the right to load and unload models
     */
    record Client(String id, Supplier<@Nullable String> key, BooleanSupplier admin) {}

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        String secret = Headers.key(header ->
                headers.get(Metadata.Key.of(header.toLowerCase(Locale.ROOT), Metadata.ASCII_STRING_MARSHALLER)));
        String name = gatekeeper.identify(secret);
        String method = call.getMethodDescriptor().getFullMethodName();
        // The inferences of a stream are counted one by one.
        Access access = OPEN.contains(method) ? new Access.Granted() : gatekeeper.admit(name, method.equals(INFER));
        StatusException refusal = refusal(access);
        if (refusal != null) {
            return refuse(call, refusal);
        }
        if (!OPEN.contains(method) && !connections.admit(call)) {
            return refuse(call, CallErrors.tooManyConnections(CallConnections.MOST));
        }
        String id = name != null && gatekeeper.requiresKeys() ? Gatekeeper.client(name) : address(call);
        Client client = new Client(id, () -> gatekeeper.identify(secret), () -> gatekeeper.isAdmin(secret));
        return Contexts.interceptCall(Context.current().withValue(CLIENT, client), call, headers, next);
    }

    private static <Q> ServerCall.Listener<Q> refuse(ServerCall<Q, ?> call, StatusException reason) {
        call.close(reason.getStatus(), reason.getTrailers());
        return new ServerCall.Listener<>() {};
    }

    /** Counts an inference of a stream, whose key may have been removed since it began. */
    void admitInference(Client client) throws StatusException {
        StatusException refusal = refusal(gatekeeper.admit(client.key().get(), true));
        if (refusal != null) {
            throw refusal;
        }
    }

    private static @Nullable StatusException refusal(Access access) {
        if (access instanceof Access.Denied) {
            return CallErrors.unauthorized();
        }
        return access instanceof Access.Limited limited ? CallErrors.tooManyRequests(limited.retryAfter()) : null;
    }

    private static String address(ServerCall<?, ?> call) {
        return call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR) instanceof InetSocketAddress address
                ? address.getAddress().getHostAddress()
                : "unknown";
    }
}
