package io.draem.trainer.network;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PrecisionTests {

    @TempDir
    private Path folder;

    @Test
    void readsTheProcessorsFlags() throws IOException {
        assertThat(Precision.bfloat16IsFast(cpuInfo("flags\t\t: fpu avx512f avx512_bf16 avx512_vnni")))
                .isTrue();
        assertThat(Precision.bfloat16IsFast(cpuInfo("flags\t\t: fpu amx_bf16 amx_tile")))
                .isTrue();
        assertThat(Precision.bfloat16IsFast(cpuInfo("flags\t\t: fpu avx2 avx512f\nmodel name\t: avx512_bf16")))
                .isFalse();
    }

    @Test
    void isNotFastWhereTheSystemDoesNotSay() {
        assertThat(Precision.bfloat16IsFast(folder.resolve("absent"))).isFalse();
    }

    private Path cpuInfo(String text) throws IOException {
        return Files.writeString(folder.resolve("cpuinfo"), "processor\t: 0\n" + text + "\n");
    }
}
