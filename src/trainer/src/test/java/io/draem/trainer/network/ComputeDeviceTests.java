package io.draem.trainer.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class ComputeDeviceTests {

    @Test
    void takesCudaWhereItIsBuiltInAndFindsADevice() {
        assertThat(ComputeDevice.Choice.AUTO.resolve(() -> true, () -> true)).isEqualTo(ComputeDevice.CUDA);
        assertThat(ComputeDevice.Choice.CUDA.resolve(() -> true, () -> true)).isEqualTo(ComputeDevice.CUDA);
    }

    @Test
    void fallsBackToTheCpuOnlyWhereNothingWasAskedFor() {
        assertThat(ComputeDevice.Choice.AUTO.resolve(() -> false, () -> false)).isEqualTo(ComputeDevice.CPU);
        assertThat(ComputeDevice.Choice.AUTO.resolve(() -> true, () -> false)).isEqualTo(ComputeDevice.CPU);
    }

    @Test
    void refusesCudaWithTheReasonAndTheRemedy() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ComputeDevice.Choice.CUDA.resolve(() -> false, () -> false))
                .withMessageContaining("Maven profile cuda");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ComputeDevice.Choice.CUDA.resolve(() -> true, () -> false))
                .withMessageContaining("driver");
    }

    @Test
    void asksTheRealLibtorch() {
        assertThat(ComputeDevice.Choice.CPU.resolve()).isEqualTo(ComputeDevice.CPU);
        assertThat(ComputeDevice.Choice.AUTO.resolve()).isIn(ComputeDevice.CPU, ComputeDevice.CUDA);
    }
}
