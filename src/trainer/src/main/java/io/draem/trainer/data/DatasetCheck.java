package io.draem.trainer.data;

import io.draem.frame.FrameSize;
import io.draem.image.ImageLimits;
import io.draem.image.ImageWarning;
import io.draem.image.SampleRange;
import io.draem.text.Counted;
import io.draem.trainer.data.Dataset.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A data set of which every file was read once, so that all problems are known before the training.
 *
 * @param dataset the images that can be used
 * @param textures the anomaly-source images that can be used
 * @param problems with the other files
 * @param doubtful what is doubtful about masks that are used as they are
 * @param files how many files there were
 * @param sizes of the usable images of the set, upright; without those that are too large for a frame
 * @param decoded what decoding the usable images of the set showed, masks left out
 * @param decodedTextures the same of the usable anomaly-source images
 */
public record DatasetCheck(
        Dataset dataset,
        List<Path> textures,
        List<Problem> problems,
        List<Problem> doubtful,
        int files,
        Map<Path, FrameSize> sizes,
        DecodedFiles decoded,
        DecodedFiles decodedTextures) {

    /** Fewer pixels a side show nothing at any of the network's scales. */
    static final int MIN_SIDE = 32;

    private static final int NAMED_PROBLEMS = 20;

    record Size(int width, int height) {

        private boolean isFrame() {
            return (long) width * height <= FrameSize.MAX_PIXELS;
        }

        private FrameSize frame() {
            return new FrameSize(width, height);
        }

        @Override
        public String toString() {
            return width + "x" + height;
        }
    }

    /** Reads everything, on several threads, and says nothing meanwhile. */
    public static DatasetCheck of(Dataset dataset, List<Path> textures, int threads)
            throws IOException, InterruptedException {
        return of(dataset, textures, threads, Progress.SILENT, FirstPass.ofDigests());
    }

    /**
     * Reads everything, on several threads.
     *
     * @param pass keeps what later steps need of each image
     */
    public static DatasetCheck of(Dataset dataset, List<Path> textures, int threads, Progress progress, FirstPass pass)
            throws IOException, InterruptedException {
        List<Path> files = Stream.concat(dataset.images().map(LabelledImage::file), textures.stream())
                .distinct()
                .toList();
        Map<Path, Size> sizes = new ConcurrentHashMap<>();
        Map<Path, SampleRange> samples = new ConcurrentHashMap<>();
        Map<Path, List<ImageWarning>> warnings = new ConcurrentHashMap<>();
        Map<Path, String> wrong = new LinkedHashMap<>(ParallelReader.failures(
                files,
                pass::heapBytes,
                threads,
                progress.begin("Checking %d images", files.size()),
                (index, decoder, bytes) -> {
                    Path file = files.get(index);
                    FirstPass.Seen image = pass.decode(file, decoder, bytes);
                    sizes.put(file, new Size(image.width(), image.height()));
                    samples.put(file, image.samples());
                    warnings.put(file, image.warnings());
                }));
        refuseDoubles(dataset, wrong);
        Stream.concat(dataset.images().map(LabelledImage::file), textures.stream())
                .forEach(file -> {
                    Size size = sizes.get(file);
                    if (size != null && Math.min(size.width(), size.height()) < MIN_SIDE) {
                        wrong.put(file, "has " + size + " pixels; at least " + MIN_SIDE + " a side are needed");
                    }
                });
        for (LabelledImage image : dataset.images().toList()) {
            Size size = sizes.get(image.file());
            String reason = size == null || !size.isFrame() ? null : pass.uncuttable(size.frame());
            if (reason != null) {
                wrong.putIfAbsent(image.file(), "has " + size + " pixels: " + reason);
            }
        }
        MaskCheck masks = MaskCheck.of(dataset.images().toList(), sizes, threads, progress);
        masks.wrong().forEach(wrong::putIfAbsent);
        List<Problem> problems = new ArrayList<>(dataset.problems());
        wrong.forEach((file, text) -> problems.add(new Problem(file, text)));
        Predicate<LabelledImage> usable =
                image -> !wrong.containsKey(image.file()) && (image.mask() == null || !wrong.containsKey(image.mask()));
        Dataset good = new Dataset(
                dataset.root(),
                dataset.train().stream().filter(usable).toList(),
                dataset.validation().stream().filter(usable).toList(),
                dataset.test().stream().filter(usable).toList(),
                List.of(),
                dataset.manifests(),
                Stream.concat(dataset.notes().stream(), tooLargeForTheService(sizes).stream())
                        .toList());
        List<Path> usableTextures =
                textures.stream().filter(file -> !wrong.containsKey(file)).toList();
        return new DatasetCheck(
                good,
                usableTextures,
                List.copyOf(problems),
                masks.doubtful(),
                (int) Stream.concat(dataset.files().stream(), textures.stream())
                                .distinct()
                                .count()
                        + dataset.problems().size(),
                good.images()
                        .map(LabelledImage::file)
                        .filter(file -> Objects.requireNonNull(sizes.get(file)).isFrame())
                        .collect(Collectors.toMap(
                                file -> file,
                                file -> Objects.requireNonNull(sizes.get(file)).frame())),
                decoded(good.images().map(LabelledImage::file), samples, warnings),
                decoded(usableTextures.stream(), samples, warnings));
    }

    private static DecodedFiles decoded(
            Stream<Path> files, Map<Path, SampleRange> samples, Map<Path, List<ImageWarning>> warnings) {
        Set<Path> images = files.collect(Collectors.toSet());
        Map<Path, SampleRange> theirSamples = new HashMap<>(samples);
        theirSamples.keySet().retainAll(images);
        Map<Path, List<ImageWarning>> theirWarnings = new HashMap<>(warnings);
        theirWarnings.keySet().retainAll(images);
        return new DecodedFiles(theirSamples, theirWarnings);
    }

    /**
     * Returns if every file can be used.
     *
     * @throws DatasetException naming what cannot
     */
    public DatasetCheck requireAll() throws DatasetException {
        return requireAll("Fix or remove these files");
    }

    /**
     * Returns if every file can be used, or if unusable files are to be skipped.
     *
     * @throws DatasetException naming the files that cannot be used, and the option that skips them
     */
    public DatasetCheck requireAllUnless(boolean skipUnreadable) throws DatasetException {
        return skipUnreadable
                ? this
                : requireAll("Fix or remove these files, or pass --skip-unreadable to continue without them");
    }

    private DatasetCheck requireAll(String remedy) throws DatasetException {
        if (!problems.isEmpty()) {
            throw new DatasetException(problems.size() + " of " + Counted.of(files, "file") + " cannot be used:"
                    + named(problems) + "\n" + remedy);
        }
        return this;
    }

    /** Returns lines that list the skipped files; empty without any. */
    public List<String> notes() {
        List<String> notes = new ArrayList<>();
        if (!problems.isEmpty()) {
            notes.add(problems.size() + " of " + Counted.of(files, "file")
                    + Counted.verb(problems.size(), " is", " are") + " left out:" + named(problems));
        }
        if (!doubtful.isEmpty()) {
            notes.add("warning: check these masks, which are used as they are:" + named(doubtful));
        }
        dataset.missingMasks().ifPresent(notes::add);
        notes.addAll(dataset.notes());
        return notes;
    }

    /** Refuses a file that two images of the data set are, by links: what trains must not test. */
    private static void refuseDoubles(Dataset dataset, Map<Path, String> wrong) throws IOException {
        Map<Path, Path> seen = new HashMap<>();
        for (LabelledImage image : dataset.images().toList()) {
            if (!Files.exists(image.file())) {
                continue; // has been found already
            }
            Path other = seen.putIfAbsent(image.file().toRealPath(), image.file());
            if (other != null) {
                wrong.putIfAbsent(image.file(), "is the same file as " + other + ": keep one of them");
            }
        }
    }

    /** Notes how many images exceed the default limits of the service. */
    private static Optional<String> tooLargeForTheService(Map<Path, Size> sizes) throws IOException {
        ImageLimits service = ImageLimits.DEFAULT;
        int count = 0;
        for (Map.Entry<Path, Size> image : sizes.entrySet()) {
            Size size = image.getValue();
            if ((long) size.width() * size.height() > service.maxPixels()
                    || Files.size(image.getKey()) > service.maxBytes()) {
                count++;
            }
        }
        return count == 0
                ? Optional.empty()
                : Optional.of(Counted.of(count, "file") + Counted.verb(count, " is", " are")
                        + " larger than the service reads by default: raise its"
                        + " draem.image.max-bytes (" + (service.maxBytes() >> 20) + "MB) and draem.image.max-pixels ("
                        + service.maxPixels() + ") for such images");
    }

    private static String named(List<Problem> problems) {
        int more = problems.size() - NAMED_PROBLEMS;
        return problems.stream()
                        .limit(NAMED_PROBLEMS)
                        .map(problem -> "\n  " + problem.file() + " " + problem.text())
                        .collect(Collectors.joining())
                + (more > 0 ? "\n  and " + more + " more" : "");
    }
}
