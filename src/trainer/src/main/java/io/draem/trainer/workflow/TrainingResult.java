package io.draem.trainer.workflow;

import io.draem.frame.RegionOfInterest;
import io.draem.model.ModelCard;
import io.draem.runtime.detection.FrameDetector;
import io.draem.runtime.onnx.GraphRefusedException;
import io.draem.score.Calibration;
import io.draem.trainer.data.FrameCrops;
import io.draem.trainer.evaluation.NetworkDetector;
import io.draem.trainer.evaluation.ReconstructionError;
import io.draem.trainer.evaluation.Scores;
import io.draem.trainer.evaluation.ThresholdOptions;
import io.draem.trainer.network.ComputeDevice;
import io.draem.trainer.network.DraemNetwork;
import io.draem.trainer.network.Precision;
import io.draem.trainer.onnxexport.ExportFormat;
import io.draem.trainer.onnxexport.ExportRefusedException;
import io.draem.trainer.onnxexport.ModelCheckpoint;
import io.draem.trainer.training.Recipe;
import io.draem.trainer.training.TrainedModel;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The result of a training, which becomes the next version of the model: weights, and the thresholds, figures and graph
 * that follow from them.
 *
 * @param publisher of the version
 * @param name of the model
 * @param recipe of the training
 * @param data images of the training
 * @param model trained weights
 * @param thresholds how they are found
 * @param minRegionArea fewest pixels of a region of the model; null for none of its own
 * @param startDigest digest of the file of the initial weights, that of {@code --start-from} or the pretrained ones; empty
 *     for random ones
 * @param device of training and evaluation
 * @param threads of libtorch
 */
record TrainingResult(
        Publisher publisher,
        String name,
        Recipe recipe,
        ModelImages data,
        TrainedModel model,
        ThresholdOptions thresholds,
        @Nullable Integer minRegionArea,
        String startDigest,
        ComputeDevice device,
        int threads) {

    /**
     * Calibrates, evaluates, exports, compares the graph with the network, and makes the version visible.
     *
     * @return the folder of the version
     */
    Path publish(PrintWriter out) throws IOException, ExportRefusedException {
        int width = recipe.imageSize().width();
        int height = recipe.imageSize().height();
        try (DraemNetwork network = DraemNetwork.load(recipe.network(), model.weights())) {
            network.moveTo(device);
            network.convert(Precision.FLOAT32, MemoryFormat.ChannelsLast);
            NetworkDetector detector = new NetworkDetector(network, width, height);
            ModelEvaluation evaluated = ModelEvaluator.of(data, thresholds).evaluate(detector);
            evaluated.print(out);
            List<String> limits = limits(evaluated, detector);
            ModelEvaluation evaluation = evaluated.warning(limits);
            Calibration calibration = evaluation.calibration();
            ObjectNode metrics = evaluation.metrics();
            ObjectNode export = JsonNodeFactory.instance.objectNode().put("format", ExportFormat.FP32.toString());
            ModelCard card = new ModelCard(name, width, height, calibration, training(), metrics, export)
                    .withImages(data.trained().profile(data.progress()))
                    .withWhiteLevel(data.whiteLevel())
                    .withMinRegionArea(minRegionArea)
                    .withFraming(data.options().framing());
            ObjectNode figures = metrics.deepCopy();
            model.curve().writeTo(figures);
            figures.putObject("validationInTraining")
                    .put("images", data.validationInTraining().size())
                    .put("of", data.validation().size());
            Publisher.Published published =
                    publisher.publish(card, model.weights(), detector, figures, evaluation, data.parityImages());
            out.printf(
                    Locale.ROOT,
                    "%s%n%.1f images/s, %.0f %% of the time waiting for them; parity with ONNX Runtime %.1e%nwrote %s%n",
                    evaluation.summary(metrics),
                    model.curve().imagesPerSecond(),
                    100 * model.curve().waitedShare(),
                    published.parity().largest(),
                    published.folder());
            limits.forEach(limit -> out.println("warning: " + limit));
            out.flush();
            return published.folder();
        }
    }

    /** Returns what limits the model; an image that cannot be read again does not keep the model from being published. */
    private List<String> limits(ModelEvaluation evaluation, NetworkDetector detector) {
        FrameDetector frames =
                new FrameDetector(detector, data.options().framing().score());
        try {
            Scores trained = Scores.of(
                    data.comparedImages().reporting(data.progress(), "Comparing with %d training images"), frames);
            ReconstructionError error = ReconstructionError.of(data.trainedImages(), detector);
            return new ModelLimits(recipe, !startDigest.isEmpty(), evaluation, trained, error).warnings();
        } catch (IOException e) {
            return List.of("What limits the model could not be measured: " + e.getMessage());
        }
    }

    /** Exports the published checkpoint in the requested formats other than fp32, under the same version number. */
    void exportOtherFormats(Path published, List<ExportFormat> formats, StopSignals signals, PrintWriter out)
            throws IOException, ExportRefusedException, GraphRefusedException, StoppedBySignalException {
        List<ExportFormat> others =
                formats.stream().filter(format -> format != ExportFormat.FP32).toList();
        if (!others.isEmpty()) {
            ModelCheckpoint exported = ModelCheckpoint.read(published.resolve(Publisher.CHECKPOINT));
            ModelCard card = Objects.requireNonNull(exported.card());
            int number = Integer.parseInt(published.getFileName().toString());
            new ModelExport(exported, card, data, thresholds, ExportRun.CALIBRATION_IMAGES, threads)
                    .publish(others, publisher, number, signals, out);
        }
    }

    /** Returns where the weights come from. */
    private ObjectNode training() {
        ObjectNode training = JsonMapper.shared().valueToTree(recipe);
        training.put("keptStep", model.step());
        TrainerVersion.writeTo(training);
        training.put("dataDigest", data.files().digest());
        training.put("skippedFiles", data.files().skipped());
        training.put("threads", threads);
        training.put("device", device.toString());
        if (!startDigest.isEmpty()) {
            training.put("startDigest", startDigest);
        }
        data.whiteLevel().ifPresent(level -> training.put("whiteLevel", level));
        if (data.normals() instanceof FrameCrops crops) {
            crops.writeTo(training.putObject("frames"));
        }
        RegionOfInterest region = data.options().framing().region();
        if (region != null) {
            training.put("regionShare", region.share());
        }
        training.put("textures", data.files().hasTextures() ? "images" : "noise");
        return training;
    }
}
