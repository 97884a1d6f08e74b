package io.draem.service.detection;

import static org.assertj.core.api.Assertions.assertThat;

import io.draem.frame.FrameSize;
import org.junit.jupiter.api.Test;

class ResponsePicturesTests {

    @Test
    void theLongerSideIsAsLongAsAllowedAndNoLongerThanTheImage() {
        FrameSize image = new FrameSize(4096, 3000);
        assertThat(ResponsePictures.size(image, 1600)).isEqualTo(new FrameSize(1600, 1172));
        assertThat(ResponsePictures.size(new FrameSize(3000, 4096), 1600)).isEqualTo(new FrameSize(1172, 1600));
        assertThat(ResponsePictures.size(image, 4096)).isSameAs(image);
        assertThat(ResponsePictures.size(image, 16_384)).isSameAs(image);
        assertThat(ResponsePictures.size(image, null)).isSameAs(image);
    }

    @Test
    void noSideIsShorterThanAPixel() {
        assertThat(ResponsePictures.size(new FrameSize(100_000, 1), 100)).isEqualTo(new FrameSize(100, 1));
        assertThat(ResponsePictures.size(new FrameSize(1_000, 10), 1)).isEqualTo(FrameSize.square(1));
    }
}
