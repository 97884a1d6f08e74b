package io.draem.service.grpc;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Parser;
import io.draem.service.detection.DetectionException;
import io.draem.service.grpc.inference.GRPCInferenceServiceGrpc;
import io.draem.service.grpc.inference.ModelMetadataRequest;
import io.draem.service.grpc.inference.ModelMetadataResponse;
import io.draem.service.grpc.inference.ModelReadyRequest;
import io.draem.service.grpc.inference.ModelReadyResponse;
import io.draem.service.grpc.inference.RepositoryIndexRequest;
import io.draem.service.grpc.inference.RepositoryIndexResponse;
import io.draem.service.grpc.inference.RepositoryModelLoadRequest;
import io.draem.service.grpc.inference.RepositoryModelLoadResponse;
import io.draem.service.grpc.inference.RepositoryModelUnloadRequest;
import io.draem.service.grpc.inference.RepositoryModelUnloadResponse;
import io.draem.service.grpc.inference.ServerLiveRequest;
import io.draem.service.grpc.inference.ServerLiveResponse;
import io.draem.service.grpc.inference.ServerMetadataRequest;
import io.draem.service.grpc.inference.ServerMetadataResponse;
import io.draem.service.grpc.inference.ServerReadyRequest;
import io.draem.service.grpc.inference.ServerReadyResponse;
import io.draem.service.models.ModelControl;
import io.draem.service.protocol.Invalid;
import io.draem.service.protocol.ModelMetadata;
import io.draem.service.protocol.ServerState;
import io.grpc.BindableService;
import io.grpc.ServerCallHandler;
import io.grpc.ServerServiceDefinition;
import io.grpc.StatusException;
import io.grpc.stub.ServerCalls;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The methods of the protocol. */
final class ProtocolService implements BindableService {

    private static final Logger log = LoggerFactory.getLogger(ProtocolService.class);

    private final ServerState state;
    private final InferenceHandler inferences;

    ProtocolService(ServerState state, InferenceHandler inferences) {
        this.state = state;
        this.inferences = inferences;
    }

    /** Answers a request with one message. */
    @FunctionalInterface
    private interface Answer<Q, A> {

        A to(Q request) throws DetectionException, StatusException;
    }

    @Override
    public ServerServiceDefinition bindService() {
        return new RawMethods(GRPCInferenceServiceGrpc.getServiceDescriptor())
                .add(GRPCInferenceServiceGrpc.getModelInferMethod(), inferences.single())
                .add(GRPCInferenceServiceGrpc.getModelStreamInferMethod(), inferences.stream())
                .add(GRPCInferenceServiceGrpc.getServerLiveMethod(), of(ServerLiveRequest.parser(), r -> live()))
                .add(GRPCInferenceServiceGrpc.getServerReadyMethod(), of(ServerReadyRequest.parser(), r -> ready()))
                .add(
                        GRPCInferenceServiceGrpc.getServerMetadataMethod(),
                        of(ServerMetadataRequest.parser(), r -> server()))
                .add(GRPCInferenceServiceGrpc.getModelReadyMethod(), of(ModelReadyRequest.parser(), this::modelReady))
                .add(GRPCInferenceServiceGrpc.getModelMetadataMethod(), of(ModelMetadataRequest.parser(), this::model))
                .add(
                        GRPCInferenceServiceGrpc.getRepositoryIndexMethod(),
                        of(RepositoryIndexRequest.parser(), this::index))
                .add(
                        GRPCInferenceServiceGrpc.getRepositoryModelLoadMethod(),
                        of(RepositoryModelLoadRequest.parser(), this::load))
                .add(
                        GRPCInferenceServiceGrpc.getRepositoryModelUnloadMethod(),
                        of(RepositoryModelUnloadRequest.parser(), this::unload))
                .build();
    }

    private static <Q, A> ServerCallHandler<byte[], A> of(Parser<Q> parser, Answer<Q, A> answer) {
        return ServerCalls.asyncUnaryCall((message, response) -> {
            try {
                response.onNext(answer.to(parser.parseFrom(message)));
                response.onCompleted();
            } catch (InvalidProtocolBufferException e) {
                response.onError(CallErrors.broken());
            } catch (DetectionException e) {
                response.onError(CallErrors.of(e));
            } catch (StatusException e) {
                response.onError(e);
            } catch (RuntimeException e) {
                log.error("A call failed", e);
                response.onError(CallErrors.internal());
            }
        });
    }

    private ServerLiveResponse live() {
        return ServerLiveResponse.newBuilder().setLive(state.isLive()).build();
    }

    private ServerReadyResponse ready() {
        return ServerReadyResponse.newBuilder().setReady(state.isReady()).build();
    }

    private ServerMetadataResponse server() {
        ServerState.Metadata server = state.metadata();
        return ServerMetadataResponse.newBuilder()
                .setName(server.name())
                .setVersion(server.version())
                .addAllExtensions(server.extensions())
                .build();
    }

    /** A model that is not served is not ready: clients take an error for a broken server. */
    private ModelReadyResponse modelReady(ModelReadyRequest request) {
        boolean ready;
        try {
            state.require(request.getName(), InferenceMessages.emptyToNull(request.getVersion()));
            ready = true;
        } catch (DetectionException e) {
            ready = false;
        }
        return ModelReadyResponse.newBuilder().setReady(ready).build();
    }

    private ModelMetadataResponse model(ModelMetadataRequest request) throws DetectionException {
        ModelMetadata model = state.model(request.getName(), InferenceMessages.emptyToNull(request.getVersion()));
        ModelMetadataResponse.Builder response = ModelMetadataResponse.newBuilder()
                .setName(model.name())
                .addAllVersions(model.versions())
                .setPlatform(model.platform());
        model.inputs().forEach(tensor -> response.addInputs(tensor(tensor)));
        model.outputs().forEach(tensor -> response.addOutputs(tensor(tensor)));
        ModelMetadata.Parameters tiles = model.parameters();
        if (tiles != null) {
            response.putProperties("tiled", Boolean.toString(tiles.tiled()))
                    .putProperties("tile_overlap", Integer.toString(tiles.tileOverlap()))
                    .putProperties("tile_margin", Integer.toString(tiles.tileMargin()))
                    .putProperties("frame_scale", tiles.frameScale())
                    .putProperties("blending", tiles.blending())
                    .putProperties("image_score", tiles.imageScore());
        }
        return response.build();
    }

    private static ModelMetadataResponse.TensorMetadata tensor(ModelMetadata.Tensor tensor) {
        ModelMetadataResponse.TensorMetadata.Builder metadata = ModelMetadataResponse.TensorMetadata.newBuilder()
                .setName(tensor.name())
                .setDatatype(tensor.datatype());
        tensor.shape().forEach(metadata::addShape);
        return metadata.build();
    }

    private RepositoryIndexResponse index(RepositoryIndexRequest request) throws DetectionException {
        requireNoRepository(request.getRepositoryName());
        RepositoryIndexResponse.Builder index = RepositoryIndexResponse.newBuilder();
        for (ModelControl.Entry entry : state.index(request.getReady())) {
            String reason = entry.reason();
            index.addModelsBuilder()
                    .setName(entry.name())
                    .setVersion(Integer.toString(entry.version()))
                    .setState(entry.state())
                    .setReason(reason == null ? "" : reason);
        }
        return index.build();
    }

    private RepositoryModelLoadResponse load(RepositoryModelLoadRequest request)
            throws DetectionException, StatusException {
        String key = admin();
        requireNoRepository(request.getRepositoryName());
        Invalid.requireParameters(request.getParametersMap().keySet(), Set.of());
        state.load(request.getModelName(), key);
        return RepositoryModelLoadResponse.getDefaultInstance();
    }

    private RepositoryModelUnloadResponse unload(RepositoryModelUnloadRequest request)
            throws DetectionException, StatusException {
        String key = admin();
        requireNoRepository(request.getRepositoryName());
        Invalid.requireParameters(request.getParametersMap().keySet(), Set.of(Invalid.UNLOAD_DEPENDENTS));
        state.unload(request.getModelName(), key);
        return RepositoryModelUnloadResponse.getDefaultInstance();
    }

    /** Returns the name of the key of the call, which may load and unload models. */
    private String admin() throws StatusException, DetectionException {
        state.requireControl();
        CallKeys.Client client = CallKeys.CLIENT.get();
        String key = client.admin().getAsBoolean() ? client.key().get() : null;
        if (key == null) {
            throw CallErrors.forbidden();
        }
        return key;
    }

    private static void requireNoRepository(String name) throws DetectionException {
        if (!name.isEmpty()) {
            throw Invalid.request("There is one repository, the model directory: leave repository_name out");
        }
    }
}
