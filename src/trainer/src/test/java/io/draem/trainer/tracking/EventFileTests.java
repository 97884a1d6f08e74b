package io.draem.trainer.tracking;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.UnknownFieldSet;
import io.draem.image.RgbImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventFileTests {

    /** What TensorBoard 2.20's {@code EventFileWriter} wrote at the time of these tests. */
    private static final String OF_TENSORBOARD =
            "4800000000000000fe92489d0900000067104bda411a0d627261696e2e4576656e743a32"
                    + "522e0a2c74656e736f72626f6172642e73756d6d6172792e7772697465722e6576656e745f66696c655f777269746572fb5d50a3";

    private static final Instant TIME = Instant.ofEpochSecond(1764508060);

    @TempDir
    private Path folder;

    private EventFile create(long step) throws IOException {
        return EventFile.create(folder, Clock.fixed(TIME, ZoneOffset.UTC), step);
    }

    @Test
    void numbersPicturesAndTextsAreReadBack() throws IOException {
        try (EventFile file = create(0)) {
            file.numbers(7, Map.of("loss/total", 0.5));
            file.picture(8, Picture.of("samples/normal-1", new RgbImage(2, 1, new byte[] {1, 2, 3, 4, 5, 6})));
            file.text(9, "command", "    train --data 'größe'");
        }
        List<Events.Value> values = Events.read(Events.only(folder));
        assertThat(values).extracting(Events.Value::tag).containsExactly("loss/total", "samples/normal-1", "command");
        assertThat(values).extracting(Events.Value::step).containsExactly(7L, 8L, 9L);
        assertThat(values.get(0).number()).isEqualTo(0.5f);
        assertThat(values.get(1).png()).startsWith(0x89, 'P', 'N', 'G');
    }

    @Test
    void theFirstRecordIsTensorBoards() throws IOException {
        Path file = Files.write(folder.resolve("theirs"), HexFormat.of().parseHex(OF_TENSORBOARD));
        UnknownFieldSet theirs = Events.records(file).get(0);
        Files.delete(file);
        create(0).close();
        UnknownFieldSet ours = Events.records(Events.only(folder)).get(0);
        for (int field : List.of(1, 3)) { // time and version
            assertThat(ours.getField(field)).isEqualTo(theirs.getField(field));
        }
    }

    @Test
    void aResumedTrainingVoidsLaterStepsOfEarlierFiles() throws IOException {
        create(40).close();
        UnknownFieldSet start = Events.records(Events.only(folder)).get(1);
        assertThat(start.getField(2).getVarintList())
                .as("the first step that is void")
                .containsExactly(41L);
        UnknownFieldSet session = UnknownFieldSet.parseFrom(
                start.getField(7).getLengthDelimitedList().get(0));
        assertThat(session.getField(1).getVarintList()).as("SessionLog.START").containsExactly(1L);
    }
}
