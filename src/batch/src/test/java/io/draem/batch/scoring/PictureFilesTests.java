package io.draem.batch.scoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.draem.overlay.Picture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PictureFilesTests {

    private static final String IMAGE = "1".repeat(64);
    private static final String MODEL = "2".repeat(64);

    @TempDir
    Path folder;

    @Test
    void namesDifferByFolderContentModelAndPictureAndStayInTheFolder() {
        List<String> paths = List.of(
                "file:/a/x.jpg",
                "file:/b/x.jpg",
                "s3a://a/x.jpg",
                "../../x.jpg",
                "..",
                "/",
                "",
                "a\\..\\b",
                "ä\n\u0000.png",
                "line 1/" + "n".repeat(500) + ".png");
        Set<String> names = new HashSet<>();
        for (String path : paths) {
            for (Picture picture : Picture.values()) {
                names.add(PictureFiles.name(picture, path, IMAGE, MODEL));
            }
        }
        names.add(PictureFiles.name(Picture.MASK, "..", MODEL, MODEL));
        names.add(PictureFiles.name(Picture.MASK, "..", IMAGE, IMAGE));
        assertThat(names)
                .hasSize(3 * paths.size() + 2)
                .allSatisfy(
                        name -> assertThat(name)
                                .matches(
                                        "pictures/[0-9a-f]{2}/([A-Za-z0-9][A-Za-z0-9._-]{0,59})?-[0-9a-f]{32}\\.(mask|map|overlay)\\.png"));
        assertThat(PictureFiles.name(Picture.MAP, "file:/a/line 1/x.jpg", IMAGE, MODEL))
                .contains("/x.jpg-")
                .isEqualTo(PictureFiles.name(Picture.MAP, "file:/a/line 1/x.jpg", IMAGE, MODEL));
    }

    /** viewfs is a file system of Hadoop that is not the local one, on which files are renamed. */
    @Test
    void aFileOfAnyFileSystemIsReplacedAtOnceAndLeavesNoOther() throws Exception {
        Configuration hadoop = new Configuration();
        hadoop.set("fs.viewfs.mounttable.test.link./out", folder.toUri().toString());
        for (String root :
                new String[] {"viewfs://test/out/one", folder.resolve("two").toUri() + ""}) {
            org.apache.hadoop.fs.Path file = new org.apache.hadoop.fs.Path(root, "pictures/00/a.png");
            WholeFile.write(hadoop, file, new byte[] {1});
            WholeFile.write(hadoop, file, new byte[] {2, 3});
        }
        for (String name : new String[] {"one", "two"}) {
            Path written = folder.resolve(name).resolve("pictures/00/a.png");
            assertThat(written).hasBinaryContent(new byte[] {2, 3});
            assertThat(names(written.getParent())).allMatch(other -> other.matches("(\\.)?a\\.png(\\.crc)?"));
        }
    }

    @Test
    void aFileThatCannotBeWrittenLeavesTheOldOne() throws Exception {
        Configuration hadoop = new Configuration();
        hadoop.set("fs.viewfs.mounttable.test.link./out", folder.toUri().toString());
        Files.createDirectories(folder.resolve("pictures/00/a.png/child"));
        org.apache.hadoop.fs.Path file = new org.apache.hadoop.fs.Path("viewfs://test/out/pictures/00/a.png");
        assertThatThrownBy(() -> WholeFile.write(hadoop, file, new byte[1])).isInstanceOf(IOException.class);
        assertThat(folder.resolve("pictures/00/a.png/child")).isDirectory();
        assertThat(names(folder.resolve("pictures/00"))).containsExactly("a.png");
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }
}
