package io.draem.trainer.workflow;

import io.draem.frame.FrameScore;
import io.draem.frame.FrameSize;
import io.draem.frame.Framing;
import io.draem.frame.RegionOfInterest;
import io.draem.frame.Tiling;
import io.draem.model.ModelCard;
import io.draem.score.Calibration;
import io.draem.score.ThresholdRule;
import io.draem.trainer.onnxexport.ModelCheckpoint;
import io.draem.trainer.training.Recipe;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** The card of a network that is exported, before its thresholds are found. */
final class ExportDraft {

    private ExportDraft() {}

    /**
     * Returns the checkpoint's card with what the options replace; without a card, one to be completed.
     *
     * @throws TrainerException if the checkpoint needs an option that is not given
     * @throws IllegalArgumentException if an option contradicts the checkpoint
     */
    static ModelCard of(ModelCheckpoint model, ExportRun.Options options) throws TrainerException {
        ModelCard card = model.card();
        String name = options.name() != null ? options.name() : card != null ? card.model() : null;
        if (name == null) {
            throw new TrainerException("The checkpoint does not say the model's name: give --name");
        }
        ModelVersion.requireName(name);
        FrameSize given = options.imageSize();
        FrameSize known = card != null ? card.input() : CheckpointImages.size(model.training());
        if (given != null && known != null && !given.equals(known)) {
            throw new IllegalArgumentException("The checkpoint's images have " + known
                    + " pixels, and --image-size says " + given + ": leave it out");
        }
        ModelCard draft;
        if (card != null) {
            draft = new ModelCard(
                            name, card.width(), card.height(), card.calibration(), model.training(), card.metrics())
                    .withImages(card.images())
                    .withWhiteLevel(card.whiteLevel())
                    .withMinRegionArea(card.minRegionArea());
        } else {
            FrameSize size = given != null ? given : known;
            if (size == null) {
                throw new TrainerException("The checkpoint does not say the size of its images: give --image-size");
            }
            requireThresholds(options);
            Calibration none = new Calibration(ThresholdRule.MANUAL, 0.5, 0.5, 0, 1, 0, 1, 0, 0, 0);
            draft = new ModelCard(
                    name,
                    size.width(),
                    size.height(),
                    none,
                    model.training(),
                    JsonMapper.shared().createObjectNode());
        }
        ModelCard framed = draft.withFraming(framing(model, options.region()));
        return options.minRegionArea() == null ? framed : framed.withMinRegionArea(options.minRegionArea());
    }

    /** Returns how the network takes images: as it was trained, with the region of interest of the options. */
    private static Framing framing(ModelCheckpoint model, ExportRun.@Nullable Region given) throws TrainerException {
        ModelCard card = model.card();
        Tiling tiling = card != null ? card.framing().tiling() : CheckpointImages.tiling(model.training());
        RegionOfInterest region = card == null ? null : card.framing().region();
        String noted = model.training().path("region").asString("");
        boolean request = card != null ? card.framing().requestRegion() : noted.equals(Recipe.REQUEST_REGION);
        if (given != null) {
            region = given.own();
            request = region == null;
        } else if (card == null && !noted.isEmpty() && !request) {
            throw new TrainerException(
                    "The checkpoint does not hold the region of interest of its training: give --region-of-interest");
        }
        boolean fromMap = card != null && card.framing().acceptsRegion();
        return tiling == null && region == null && !request && !fromMap
                ? Framing.WHOLE
                : new Framing(
                        tiling,
                        FrameScore.ofMapScore(model.options().imageScore().toString()),
                        region,
                        request);
    }

    private static void requireThresholds(ExportRun.Options options) throws TrainerException {
        if (options.thresholds().rule() == ThresholdRule.MANUAL) {
            try {
                options.thresholds().requireImage();
            } catch (IllegalArgumentException e) {
                throw new TrainerException(String.valueOf(e.getMessage()));
            }
        } else if (options.images() == null) {
            throw new TrainerException(
                    "The checkpoint has no thresholds: give --data, so that they are found, or --threshold-image");
        }
    }
}
