package io.draem.trainer.network;

import static org.assertj.core.api.Assertions.assertThat;

import org.bytedeco.openblas.presets.openblas_nolapack;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ThreadsTests {

    private final int before = torch.get_num_threads();

    @AfterEach
    void restore() {
        Threads.use(before);
    }

    @Test
    void matrixProductsDoNotCompeteWithLibtorchForTheCores() {
        Threads.use(2);
        assertThat(torch.get_num_threads()).isEqualTo(2);
        assertThat(openblas_nolapack.blas_get_num_threads()).isEqualTo(1);
    }
}
