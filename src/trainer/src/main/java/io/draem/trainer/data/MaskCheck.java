package io.draem.trainer.data;

import io.draem.image.ImageMask;
import io.draem.trainer.data.Dataset.Problem;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * The masks of a data set, each of them read once.
 *
 * @param wrong masks and images that cannot be used, with the reasons
 * @param doubtful what is doubtful about masks that are used as they are
 */
record MaskCheck(Map<Path, String> wrong, List<Problem> doubtful) {

    /** What is kept of a mask: its pixels of all masks together would not fit into memory. */
    private record Summary(DatasetCheck.Size size, long anomalousPixels, int largestValue, List<String> warnings) {

        static Summary of(ImageMask mask) {
            return new Summary(
                    new DatasetCheck.Size(mask.width(), mask.height()),
                    mask.anomalousPixels(),
                    mask.largestValue(),
                    mask.warnings());
        }
    }

    /**
     * Reads all masks, on several threads. One without a defect pixel is wrong, since its image would count as normal, and
     * so is one of another aspect than its image.
     *
     * @param sizes of the images that could be read
     */
    static MaskCheck of(List<LabelledImage> images, Map<Path, DatasetCheck.Size> sizes, int threads, Progress progress)
            throws InterruptedException {
        Map<Path, MaskColors> coloured = new LinkedHashMap<>();
        Set<Path> ordinary = new LinkedHashSet<>();
        for (LabelledImage image : images) {
            Path file = image.mask();
            if (file != null && image.maskColors() != null) {
                coloured.put(file, image.maskColors());
            } else if (file != null) {
                ordinary.add(file);
            }
        }
        Map<Path, Summary> summaries = new ConcurrentHashMap<>();
        List<Path> files = List.copyOf(ordinary);
        Progress.Work work = progress.begin("Checking %d masks", files.size() + coloured.size());
        Map<Path, String> wrong = new LinkedHashMap<>(ParallelReader.maskFailures(
                files, threads, work, (index, mask) -> summaries.put(files.get(index), Summary.of(mask))));
        wrong.putAll(readColored(coloured, summaries, threads, work));
        List<Problem> doubtful = new ArrayList<>();
        Map<Path, Path> owners = new HashMap<>();
        for (LabelledImage image : images) {
            Path file = image.mask();
            if (file == null) {
                continue;
            }
            Path other = owners.put(file, image.file());
            if (other != null) {
                wrong.put(image.file(), "has the mask of " + other);
            }
            Summary mask = summaries.get(file);
            if (mask == null) {
                continue;
            }
            if (mask.anomalousPixels() == 0) {
                wrong.put(file, withoutDefect(mask));
                continue;
            }
            mask.warnings().forEach(warning -> doubtful.add(new Problem(file, warning)));
            DatasetCheck.Size size = sizes.get(image.file());
            if (size == null || size.equals(mask.size())) {
                continue;
            }
            String sizesDiffer = "has " + mask.size() + " pixels, its image " + image.file() + " " + size;
            if (isScaled(size, mask.size())) {
                doubtful.add(new Problem(file, sizesDiffer + ": it is scaled to that"));
            } else {
                wrong.put(file, sizesDiffer + ": a mask must have the size of its image");
            }
        }
        return new MaskCheck(wrong, doubtful);
    }

    private static Map<Path, String> readColored(
            Map<Path, MaskColors> masks, Map<Path, Summary> summaries, int threads, Progress.Work work)
            throws InterruptedException {
        List<Path> files = List.copyOf(masks.keySet());
        Map<Path, String> miscoloured = new ConcurrentSkipListMap<>(FileTree.ORDER);
        Map<Path, String> wrong =
                ParallelReader.failures(files, OptionalInt.empty(), threads, work, (index, mask, bytes) -> {
                    Path file = files.get(index);
                    MaskColors colors = Objects.requireNonNull(masks.get(file));
                    String problem = colors.problem(mask.image());
                    if (problem != null) {
                        miscoloured.put(file, problem);
                    } else {
                        summaries.put(file, Summary.of(ImageMask.of(colors.blackAndWhite(mask.image()))));
                    }
                });
        miscoloured.putAll(wrong);
        return miscoloured;
    }

    private static String withoutDefect(Summary mask) {
        return "is the mask of a defect and has no defect pixel"
                + (mask.largestValue() == 0
                        ? ", all of it is 0: draw the defect, or remove the mask"
                        : ", since its largest value is " + mask.largestValue()
                                + " of 255 and lossy compression does not keep such values: save it as PNG");
    }

    /** Returns whether the aspects are the same but for a pixel of rounding. */
    private static boolean isScaled(DatasetCheck.Size image, DatasetCheck.Size mask) {
        long difference = Math.abs((long) mask.width() * image.height() - (long) mask.height() * image.width());
        int rounding = Math.max(Math.max(image.width(), image.height()), Math.max(mask.width(), mask.height()));
        return difference <= rounding;
    }
}
