package io.draem.service.grpc;

import io.grpc.KnownLength;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCallHandler;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Methods whose requests come as bytes: what is made of them is up to their handlers. gRPC would parse a message before a
 * handler knows of it, log a stack trace for one that is broken, and count none of the memory.
 */
final class RawMethods {

    /** In place of a message that did not fit the heap. */
    static final byte[] NO_MEMORY = {};

    private static final MethodDescriptor.Marshaller<byte[]> BYTES = new MethodDescriptor.Marshaller<>() {
        @Override
        public InputStream stream(byte[] message) {
            return new ByteArrayInputStream(message);
        }

        @Override
        public byte[] parse(InputStream message) {
            try {
                if (!(message instanceof KnownLength)) {
                    return message.readAllBytes();
                }
                byte[] bytes = new byte[message.available()];
                int read = message.readNBytes(bytes, 0, bytes.length);
                if (read != bytes.length) {
                    throw new IOException("The message ends after " + read + " bytes");
                }
                return bytes;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (OutOfMemoryError e) {
                return NO_MEMORY;
            }
        }
    };

    private final ServiceDescriptor service;
    private final List<ServerMethodDefinition<byte[], ?>> methods = new ArrayList<>();

    /**
     * @param service whose methods are handled
     */
    RawMethods(ServiceDescriptor service) {
        this.service = service;
    }

    /** Adds a method. */
    <A> RawMethods add(MethodDescriptor<?, A> method, ServerCallHandler<byte[], A> handler) {
        methods.add(ServerMethodDefinition.create(
                method.toBuilder(BYTES, method.getResponseMarshaller()).build(), handler));
        return this;
    }

    /** Returns the service with the methods that were added. */
    ServerServiceDefinition build() {
        ServiceDescriptor.Builder descriptor =
                ServiceDescriptor.newBuilder(service.getName()).setSchemaDescriptor(service.getSchemaDescriptor());
        methods.forEach(method -> descriptor.addMethod(method.getMethodDescriptor()));
        ServerServiceDefinition.Builder definition = ServerServiceDefinition.builder(descriptor.build());
        methods.forEach(definition::addMethod);
        return definition.build();
    }
}
