package io.draem.trainer.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ManifestTests {

    @TempDir
    Path folder;

    @Test
    void readsQuotesTheMarkOfWindowsAndEverySplit() throws IOException {
        Dataset dataset = read("\uFEFFpath,label,mask,split\r\n"
                + "\"a, first.png\",good,,train\r\n"
                + "b.png,0,,train\r\n"
                + "v.png,Normal,,validation\r\n"
                + "sub/t.png,\"deep \"\"scratch\"\"\",masks/t.png,test\r\n");
        assertThat(dataset.train())
                .extracting(LabelledImage::file)
                .containsExactly(folder.resolve("a, first.png"), folder.resolve("b.png"));
        assertThat(dataset.validation()).singleElement().returns(false, LabelledImage::anomalous);
        assertThat(dataset.test())
                .containsExactly(new LabelledImage(
                        folder.resolve("sub/t.png"), "sub/t.png", "deep \"scratch\"", folder.resolve("masks/t.png")));
    }

    @Test
    void columnsMayStandInAnyOrderAndTheMaskMayBeLeftOut() throws IOException {
        assertThat(read("camera,split,label,path\n1,train,good,a.png\n").train())
                .hasSize(1);
    }

    @Test
    void aDefectMayHaveNoMask() throws IOException {
        Dataset dataset = read("path,label,mask,split\na.png,good,,train\nb.png,hole,,test\nc.png,hole,c_m.png,test\n");
        assertThat(dataset.test()).extracting(LabelledImage::anomalous).containsExactly(true, true);
        assertThat(dataset.test()).extracting(LabelledImage::mask).containsExactly(null, folder.resolve("c_m.png"));
    }

    @Test
    void imagesOfTheSameNameAndLabelAreToldByTheirFolders() throws IOException {
        Path elsewhere = folder.resolve("../elsewhere/t.png").normalize();
        Dataset dataset = read("path,label,mask,split\na.png,good,,train\nleft/t.png,hole,left/m.png,test\n"
                + "./right/../right/t.png,hole,right/m.png,test\n"
                + folder.resolve("absolute/t.png") + ",good,,test\n" + elsewhere + ",good,,test\n");
        assertThat(dataset.test())
                .extracting(LabelledImage::id)
                .containsExactly(
                        "left/t.png",
                        "right/t.png",
                        "absolute/t.png",
                        elsewhere.toString().replace('\\', '/'));
    }

    @Test
    void theDigestChangesWithWhatTheManifestSaysOfAnImage() throws IOException {
        Files.writeString(folder.resolve("a.png"), "a");
        Files.writeString(folder.resolve("b.png"), "b");
        String both =
                read("path,label,split\na.png,good,train\nb.png,good,train\n").digest();
        String one =
                read("path,label,split\na.png,good,train\nb.png,good,test\n").digest();
        assertThat(one).isNotEqualTo(both);
        assertThat(read("path,label,split\na.png,good,train\nb.png,good,train\n")
                        .digest())
                .isEqualTo(both);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "a.png,hole,m.png,train | line 3: 'hole' in train: training uses normal images alone",
                "a.png,good,m.png,test | line 3: a normal image has no mask",
                "a.png,good,,testing | line 3: split must be train, validation or test, not 'testing'",
                "a.png,good,train | line 3: it has 3 values",
                ",good,,train | line 3: path and label must not be empty",
                "first.png,good,,test | line 3: first.png stands in an earlier line too"
            })
    void namesTheLineThatDoesNotFit(String line, String message) {
        assertThatThrownBy(() -> read("path,label,mask,split\nfirst.png,good,,train\n" + line + "\n"))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("1 lines of ")
                .hasMessageContaining(message);
    }

    @Test
    void refusesWhatIsNoManifest() {
        assertThatThrownBy(() -> read("a.png,good,,train\n"))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("must name the columns path,label,mask,split");
        assertThatThrownBy(() -> read("path,label,split\na.png,good,test\n"))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("names no image to train on");
        assertThatThrownBy(() -> read("path,label,split\n\"a.png,good,train\n"))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("RFC 4180");
        Path latin = folder.resolve("latin.csv");
        assertThatThrownBy(() -> Dataset.open(Files.write(
                        latin, "path,label,split\nStra\u00dfe.png,good,train".getBytes(StandardCharsets.ISO_8859_1))))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("UTF-8");
    }

    @Test
    void aFileThatDoesNotExistIsAProblemLikeABrokenOne() throws Exception {
        DatasetCheck check = DatasetCheck.of(read("path,label,split\nnone.png,good,train\n"), java.util.List.of(), 1);
        assertThat(check.problems()).singleElement().asString().contains("none.png", "does not exist");
    }

    private Dataset read(String csv) throws IOException {
        return Dataset.open(Files.writeString(folder.resolve("parts.csv"), csv));
    }
}
