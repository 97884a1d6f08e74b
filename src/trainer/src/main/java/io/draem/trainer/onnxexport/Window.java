package io.draem.trainer.onnxexport;

/**
 * The square that a convolution looks at.
 *
 * @param side of the kernel
 * @param padding zeros on each side
 * @param dilation distance of the kernel's elements
 */
record Window(int side, int padding, int dilation) {

    /** 3x3 with the size kept: nearly all of the network. */
    static final Window THREE = new Window(3, 1, 1);

    /** Each pixel alone. */
    static final Window ONE = new Window(1, 0, 1);
}
