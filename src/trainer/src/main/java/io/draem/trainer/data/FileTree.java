package io.draem.trainer.data;

import io.draem.image.ImageFormat;
import io.draem.text.Counted;
import io.draem.text.FileNameEncoding;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Everything below a folder, at any depth, sorted by path. Links are followed, except one that leads to a folder that
 * contains it. Hidden files and folders and those that operating systems and network storage leave between images are skipped
 * and counted. What is neither an image nor skipped is in {@link #others()}: nothing is left out unseen.
 */
public final class FileTree {

    /** The order of paths, the same on every file system: of their names in the composed form. */
    static final Comparator<Path> ORDER = Comparator.comparing(file -> FileNameEncoding.composed(file.toString()));

    private static final int NAMED_FILES = 5;

    private static final Set<String> SKIPPED = Set.of(
            "@eadir",
            "#recycle",
            "#snapshot",
            "@__thumb",
            "__macosx",
            "thumbs.db",
            "ehthumbs.db",
            "desktop.ini",
            "$recycle.bin",
            "system volume information",
            "lost+found");

    private final Path root;
    private final List<Path> images = new ArrayList<>();
    private final List<Path> others = new ArrayList<>();
    private final List<Path> folders = new ArrayList<>();
    private final List<Path> loops = new ArrayList<>();
    private final Map<String, Integer> skipped = new TreeMap<>();

    private FileTree(Path root) {
        this.root = root;
    }

    /**
     * Looks through a folder.
     *
     * @throws DatasetException if there is no such folder, one below cannot be opened, or a name cannot be read
     */
    public static FileTree of(Path root) throws IOException {
        if (!Files.isDirectory(root)) {
            throw new DatasetException("There is no folder " + root);
        }
        FileTree tree = new FileTree(root.toString().isEmpty() ? Path.of(".") : root);
        Files.walkFileTree(tree.root, EnumSet.of(FileVisitOption.FOLLOW_LINKS), Integer.MAX_VALUE, tree.new Visitor());
        for (List<Path> list : List.of(tree.images, tree.others, tree.folders, tree.loops)) {
            list.sort(ORDER);
        }
        return tree;
    }

    /**
     * Looks through a folder of images.
     *
     * @throws DatasetException also if there is no image in it
     */
    public static FileTree ofImages(Path root) throws IOException {
        FileTree tree = of(root);
        if (tree.images.isEmpty()) {
            throw new DatasetException("The folder " + root + " holds no image (" + ImageFormat.extensions() + ")"
                    + tree.notes().stream().map(note -> "; " + note).collect(Collectors.joining()));
        }
        return tree;
    }

    /** Returns the folder itself. */
    public Path root() {
        return root;
    }

    /** Returns the files that are images by their names. One of them may be a link to nothing, or no image after all. */
    public List<Path> images() {
        return List.copyOf(images);
    }

    /** Returns the files that are neither images by their names nor skipped. */
    List<Path> others() {
        return List.copyOf(others);
    }

    /** Returns the images in a folder of this tree and below it. */
    List<Path> imagesIn(Path folder) {
        return images.stream().filter(file -> file.startsWith(folder)).toList();
    }

    /** Returns the folders directly in a folder of this tree whose names fit. */
    List<Path> foldersIn(Path parent, Predicate<String> name) {
        return folders.stream()
                .filter(folder -> parent.equals(folder.getParent())
                        && name.test(folder.getFileName().toString()))
                .toList();
    }

    /** Returns the names of all folders below the root. */
    List<String> folderNames() {
        return folders.stream().map(folder -> folder.getFileName().toString()).toList();
    }

    /**
     * Returns whether a folder is in this tree, also through a link, or below a folder of it.
     *
     * @param folder an existing folder
     */
    public boolean contains(Path folder) throws IOException {
        Path real = folder.toRealPath();
        if (real.startsWith(root.toRealPath())) {
            return true;
        }
        for (Path inside : folders) {
            if (real.startsWith(inside.toRealPath())) {
                return true;
            }
        }
        return false;
    }

    /** Says in sentences what is in the folder besides images; none where nothing is. */
    public List<String> notes() {
        return notes(images, "");
    }

    /**
     * Says in sentences what is in the folder besides the files that are used.
     *
     * @param used the images that are used
     * @param why the others are not, to be read after "are not used"
     */
    List<String> notes(Collection<Path> used, String why) {
        List<String> notes = new ArrayList<>();
        Set<Path> known = new HashSet<>(used);
        List<Path> unused =
                images.stream().filter(file -> !known.contains(file)).toList();
        if (!unused.isEmpty()) {
            notes.add(Counted.of(unused.size(), "image") + Counted.verb(unused.size(), " is", " are") + " not used"
                    + why + ": " + named(unused));
        }
        if (!others.isEmpty()) {
            notes.add(Counted.of(others.size(), "file")
                    + Counted.verb(others.size(), " is not an image", " are not images") + " by name and left out: "
                    + named(others));
        }
        if (!loops.isEmpty()) {
            notes.add(Counted.of(loops.size(), "link") + " to a folder around it, not followed: " + named(loops));
        }
        if (!skipped.isEmpty()) {
            notes.add("hidden files and folders, and those of operating systems, are skipped: "
                    + skipped.entrySet().stream()
                            .limit(NAMED_FILES)
                            .map(entry -> entry.getKey() + " (" + entry.getValue() + ")")
                            .collect(Collectors.joining(", "))
                    + (skipped.size() > NAMED_FILES ? ", …" : ""));
        }
        return notes;
    }

    /** Returns the first few paths below the root, for a note. */
    String named(List<Path> files) {
        return files.stream()
                        .limit(NAMED_FILES)
                        .map(file -> LabelledImage.id(root, file))
                        .collect(Collectors.joining(", "))
                + (files.size() > NAMED_FILES ? ", …" : "");
    }

    private boolean skip(Path file) {
        String name = file.getFileName().toString();
        if (file.equals(root) || !(name.startsWith(".") || SKIPPED.contains(name.toLowerCase(Locale.ROOT)))) {
            return false;
        }
        skipped.merge(name.startsWith("._") ? "._*" : name, 1, Integer::sum);
        return true;
    }

    private static void requireReadableName(Path file) throws DatasetException {
        if (FileNameEncoding.isLost(file.getFileName().toString())) {
            throw new DatasetException(FileNameEncoding.explain(file.toString()));
        }
    }

    private final class Visitor extends SimpleFileVisitor<Path> {

        @Override
        public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) throws IOException {
            if (skip(folder)) {
                return FileVisitResult.SKIP_SUBTREE;
            }
            if (!folder.equals(root)) {
                requireReadableName(folder);
                folders.add(folder);
            }
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
            if (!skip(file)) {
                requireReadableName(file);
                boolean readable = attributes.isRegularFile() || attributes.isSymbolicLink(); // a link to nothing
                (readable && ImageFiles.isImage(file) ? images : others).add(file);
            }
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
            if (skip(file)) {
                return FileVisitResult.CONTINUE;
            }
            if (e instanceof FileSystemLoopException) {
                loops.add(file);
            } else {
                throw new DatasetException(file + " cannot be opened ("
                        + (e instanceof AccessDeniedException ? "no permission" : e.toString())
                        + "): make it readable, or move it elsewhere");
            }
            return FileVisitResult.CONTINUE;
        }
    }
}
