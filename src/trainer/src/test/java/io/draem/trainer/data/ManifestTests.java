package io.draem.trainer.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.Normalizer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

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
    void imagesOfTheSameNameAndLabelDifferByTheirFolders() throws IOException {
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
                "first.png,good,,test | line 3: first.png is also in an earlier line"
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
        assertThatThrownBy(() -> read("path,label,split\na.png,good,test\n").requireTraining())
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("has no normal image to train on");
        assertThatThrownBy(() -> read("path,label,split\n\"a.png,good,train\n"))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("RFC 4180");
        assertThatThrownBy(() -> Dataset.open(Files.writeString(folder.resolve("set.zip"), "PK")))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("neither a folder nor a manifest (.csv, .manifest)");
        Path latin = folder.resolve("latin.csv");
        assertThatThrownBy(() -> Dataset.open(Files.write(
                        latin, "path,label,split\nStra\u00dfe.png,good,train".getBytes(StandardCharsets.ISO_8859_1))))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("UTF-8");
    }

    @ParameterizedTest
    @ValueSource(strings = {",", ";", "\t"})
    void findsTheSeparatorInTheFirstLine(String separator) throws IOException {
        Dataset dataset = read("Path ,LABEL,mask, Split\n\"a b.png\",good,,train\n t.png , \"deep hole\" ,m.png,TEST\n"
                .replace(",", separator));
        assertThat(dataset.train()).extracting(LabelledImage::id).containsExactly("a b.png");
        assertThat(dataset.test())
                .containsExactly(
                        new LabelledImage(folder.resolve("t.png"), "t.png", "deep hole", folder.resolve("m.png")));
    }

    @Test
    void readsTheLineInWhichExcelNamesTheSeparatorAndCountsIt() throws IOException {
        assertThat(read("sep=;\r\npath;label;split\r\na,1.png;good;train\r\n").train())
                .extracting(LabelledImage::id)
                .containsExactly("a,1.png");
        assertThatThrownBy(() -> read("sep=;\r\npath;label;split\r\na.png;good;nowhere"))
                .hasMessageContaining("line 3: split must be");
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTF-8", "UTF-16LE", "UTF-16BE"})
    void readsEveryEncodingThatAMarkNames(String charset) throws IOException {
        byte[] text = "\uFEFFpath;label;split\nsüß.png;good;train\n".getBytes(charset);
        Dataset dataset = Dataset.open(Files.write(folder.resolve("parts.csv"), text));
        assertThat(dataset.train()).extracting(LabelledImage::id).containsExactly("süß.png");
    }

    @Test
    void refusesUtf16WithoutAMark() {
        byte[] text = "path;label;split\na.png;good;train\n".getBytes(StandardCharsets.UTF_16LE);
        assertThatThrownBy(() -> Dataset.open(Files.write(folder.resolve("parts.csv"), text)))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("UTF-16 with a byte-order mark: save it");
    }

    @Test
    void takesBackslashesAndBothFormsOfACharacter() throws IOException {
        String decomposed = Normalizer.normalize("Prüfling", Normalizer.Form.NFD);
        Path image = Files.createDirectories(folder.resolve(decomposed)).resolve("ü.png");
        Files.writeString(image, "one");
        Path odd = Files.writeString(folder.resolve("a\\b.png"), "a backslash in its name");
        Dataset dataset = read("path,label,split\nPrüfling\\u\u0308.png,good,train\na\\b.png,good,train\n");
        assertThat(dataset.train()).extracting(LabelledImage::file).containsExactly(image, odd);
        assertThat(dataset.train().get(0).id()).isEqualTo("Prüfling/ü.png");
    }

    @Test
    void pathsMayCountFromAnotherFolder() throws IOException {
        Path csv = Files.writeString(folder.resolve("parts.csv"), "path,label,split\na.png,good,train\n");
        Path images = Files.createDirectories(folder.resolve("images"));
        assertThat(Dataset.open(csv, images).train())
                .extracting(LabelledImage::file)
                .containsExactly(images.resolve("a.png"));
    }

    @Test
    void refusesAColumnThatIsNamedTwice() {
        assertThatThrownBy(() -> read("path,label,split,label\na.png,good,train,hole\n"))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("names the column label twice");
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
