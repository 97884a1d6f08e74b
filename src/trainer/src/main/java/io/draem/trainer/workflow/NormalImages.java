package io.draem.trainer.workflow;

import io.draem.frame.Frame;
import io.draem.frame.FramePlan;
import io.draem.frame.FrameSize;
import io.draem.frame.Framing;
import io.draem.frame.Tiling;
import io.draem.image.ImageMeasures;
import io.draem.model.ImageProfile;
import io.draem.trainer.data.DatasetException;
import io.draem.trainer.data.FirstPass;
import io.draem.trainer.data.FrameCrops;
import io.draem.trainer.data.FrameStore;
import io.draem.trainer.data.ImageMemory;
import io.draem.trainer.data.ImageStore;
import io.draem.trainer.data.LabelledImage;
import io.draem.trainer.data.Progress;
import io.draem.trainer.evaluation.FrameImages;
import io.draem.trainer.evaluation.SyntheticImages;
import io.draem.trainer.synthesis.AnomalySynthesizer;
import io.draem.trainer.synthesis.NormalSource;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** Normal images of one use, such as training: whole ones of the input's size, or frames that are cut. */
sealed interface NormalImages extends AutoCloseable {

    /** Returns the number of images. */
    int size();

    /** Returns them as a training draws them. */
    NormalSource source();

    /** Returns an image as the model takes it. */
    Frame frame(int index);

    /** Returns the number of inputs of the median image. */
    int medianInputs();

    /** Returns them with and without synthetic anomalies. */
    SyntheticImages synthetic(AnomalySynthesizer synthesizer, long seed) throws DatasetException;

    /** Says where those are that are not in memory; empty if all are, or they are whole. */
    default Optional<String> note() {
        return Optional.empty();
    }

    /** Returns what they look like, before anything is done to them. */
    default ImageProfile profile(Progress progress) {
        List<ImageMeasures> measures = new ArrayList<>();
        Progress.Work work = progress.begin("Measuring %d images", size());
        for (int i = 0; i < size(); i++) {
            measures.add(frame(i).measures());
            work.done();
        }
        return ImageProfile.of(measures);
    }

    @Override
    void close() throws IOException;

    /** Closes images of two uses, the second also where closing the first fails. */
    static void close(NormalImages first, @Nullable NormalImages second) throws IOException {
        try {
            first.close();
        } finally {
            if (second != null) {
                second.close();
            }
        }
    }

    /**
     * Opens images of several uses.
     *
     * @param pass images that were decoded before
     * @param memory that all of them share
     * @param scratch folder for frames beyond the memory; null to decode those again each time
     */
    record Opener(
            FrameSize input,
            Framing framing,
            OptionalInt whiteLevel,
            FirstPass pass,
            ImageMemory memory,
            @Nullable Path scratch,
            int readers,
            Progress progress) {

        NormalImages open(List<LabelledImage> images) throws IOException, InterruptedException, TrainerException {
            List<Path> files = LabelledImage.files(images);
            Tiling tiling = framing.tiling();
            List<String> ids = images.stream().map(LabelledImage::id).toList();
            return tiling == null ? whole(files, ids) : cut(files, ids, tiling);
        }

        private NormalImages whole(List<Path> files, List<String> ids)
                throws IOException, InterruptedException, TrainerException {
            FramePlan plan;
            try {
                plan = FramePlan.of(framing, input, input.width(), input.height(), null);
            } catch (IllegalArgumentException e) {
                throw new TrainerException(String.valueOf(e.getMessage()));
            }
            return new Whole(
                    ImageStore.tensors(
                            files, input.width(), input.height(), whiteLevel, pass, memory, readers, progress),
                    ids,
                    plan);
        }

        private NormalImages cut(List<Path> files, List<String> ids, Tiling tiling)
                throws IOException, InterruptedException {
            FrameStore frames =
                    FrameStore.open(files, tiling.scale(), whiteLevel, pass, memory, scratch, readers, progress);
            boolean opened = false;
            try {
                Cut cut = new Cut(
                        frames, ids, framing, input, FrameCrops.of(frames, input, tiling.margin(), framing.region()));
                opened = true;
                return cut;
            } finally {
                if (!opened) {
                    frames.close();
                }
            }
        }
    }

    /**
     * Whole images.
     *
     * @param images {@code [3, height, width]} of the input's size
     * @param ids of the images
     * @param plan of all of them
     */
    record Whole(ImageStore<float[]> images, List<String> ids, FramePlan plan) implements NormalImages {

        @Override
        public int size() {
            return images.size();
        }

        @Override
        public NormalSource source() {
            return NormalSource.whole(images, plan.region());
        }

        @Override
        public Frame frame(int index) {
            return Frame.whole(plan, images.get(index));
        }

        @Override
        public int medianInputs() {
            return 1;
        }

        @Override
        public SyntheticImages synthetic(AnomalySynthesizer synthesizer, long seed) {
            return SyntheticImages.of(source(), ids, plan, synthesizer, seed);
        }

        @Override
        public void close() {
            // The images are in memory, or in their own files.
        }
    }

    /**
     * Frames that are cut.
     *
     * @param images scaled
     * @param ids of the images
     * @param framing of the model, with tiles
     * @param tile size of the input
     * @param crops of the images, drawn by a training
     */
    record Cut(FrameStore images, List<String> ids, Framing framing, FrameSize tile, FrameCrops crops)
            implements NormalImages {

        @Override
        public int size() {
            return images.size();
        }

        @Override
        public NormalSource source() {
            return crops;
        }

        @Override
        public Frame frame(int index) {
            return FrameImages.frame(images.whole(index), framing, tile);
        }

        @Override
        public int medianInputs() {
            return images.size() == 0
                    ? 1
                    : FrameImages.plan(images.sizes().median(), framing, tile).inputs();
        }

        @Override
        public SyntheticImages synthetic(AnomalySynthesizer synthesizer, long seed) throws DatasetException {
            return SyntheticImages.of(images, ids, framing, tile, synthesizer, seed);
        }

        @Override
        public Optional<String> note() {
            return images.note();
        }

        @Override
        public void close() throws IOException {
            images.close();
        }
    }
}
