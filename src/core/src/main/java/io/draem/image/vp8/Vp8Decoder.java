package io.draem.image.vp8;

/**
 * Decodes one VP8 key frame: the lossy form of WebP.
 *
 * <p>Pixels equal those of libwebp with its defaults. A frame whose data ends early is refused, never half decoded.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc6386">RFC 6386</a>
 */
public final class Vp8Decoder {

    private final FrameHeader header;
    private final int columns;
    private final int rows;
    private final MacroblockModes modes;
    private final Residual residual;
    private final LoopFilter filter;
    private final int[] above = new int[8];

    private final Plane luma;
    private final Plane blue;
    private final Plane red;

    private Vp8Decoder(FrameHeader header) {
        this.header = header;
        this.columns = (header.width + 15) / 16;
        this.rows = (header.height + 15) / 16;
        this.modes = new MacroblockModes(header, columns);
        this.residual = new Residual(header.probabilities, columns);
        this.filter = new LoopFilter(header, columns, rows);
        this.luma = new Plane(16 * columns, 16 * rows);
        this.blue = new Plane(8 * columns, 8 * rows);
        this.red = new Plane(8 * columns, 8 * rows);
    }

    /**
     * Decodes a frame.
     *
     * @param bytes contains the frame, which is the content of a {@code VP8} chunk
     * @param start index of its first byte
     * @param end index after its last byte
     * @return RGB, interleaved, rows from the top, of the size in the frame's header
     * @throws Vp8Exception if the frame is broken
     */
    public static byte[] decode(byte[] bytes, int start, int end) throws Vp8Exception {
        FrameHeader header = new FrameHeader(bytes, start, end);
        Vp8Decoder decoder = new Vp8Decoder(header);
        decoder.reconstruct();
        if (header.filterLevel > 0) {
            decoder.filter.apply(decoder.luma, decoder.blue, decoder.red);
        }
        return YuvToRgb.convert(decoder.luma, decoder.blue, decoder.red, header.width, header.height);
    }

    private void reconstruct() throws Vp8Exception {
        for (int row = 0; row < rows; row++) {
            BoolReader tokens = header.tokens[row & (header.tokens.length - 1)];
            modes.startRow();
            residual.startRow();
            for (int column = 0; column < columns; column++) {
                macroblock(tokens, column, row);
            }
        }
    }

    private void macroblock(BoolReader tokens, int column, int row) throws Vp8Exception {
        modes.read(column);
        boolean blockwise = modes.luma == MacroblockModes.BLOCKWISE;
        boolean coded = false;
        if (modes.skipped) {
            residual.skip(column, blockwise);
        } else {
            coded = residual.read(tokens, column, blockwise, header.steps[modes.segment]);
        }
        if (blockwise) {
            predictBlockwise(column, row);
        } else {
            int at = luma.at(16 * column, 16 * row);
            Prediction.block(luma, at, 16, modes.luma, row > 0, column > 0);
            for (int block = 0; block < 16; block++) {
                residual.add(block, luma, at + 4 * (block & 3) + 4 * (block >> 2) * luma.stride);
            }
        }
        chroma(blue, 16, column, row);
        chroma(red, 20, column, row);
        if (header.filterLevel > 0) {
            filter.set(column, row, header.filterLevel(modes.segment, blockwise), coded || blockwise);
        }
    }

    private void predictBlockwise(int column, int row) {
        int stride = luma.stride;
        byte[] samples = luma.samples;
        int corner = luma.at(16 * column, 16 * row);
        int aboveRight = corner - stride + 16;
        for (int block = 0; block < 16; block++) {
            int x = 4 * (block & 3);
            int at = corner + x + 4 * (block >> 2) * stride;
            for (int i = 0; i < 4; i++) {
                above[i] = samples[at - stride + i] & 0xFF;
                if (x < 12) {
                    above[4 + i] = samples[at - stride + 4 + i] & 0xFF;
                } else if (column < columns - 1) {
                    above[4 + i] = samples[aboveRight + i] & 0xFF; // also for the rows below: theirs is not decoded yet
                } else {
                    above[4 + i] = samples[aboveRight - 1] & 0xFF;
                }
            }
            Prediction.block4(luma, at, modes.blocks[block], above);
            residual.add(block, luma, at);
        }
    }

    private void chroma(Plane plane, int firstBlock, int column, int row) {
        int at = plane.at(8 * column, 8 * row);
        Prediction.block(plane, at, 8, modes.chroma, row > 0, column > 0);
        for (int block = 0; block < 4; block++) {
            residual.add(firstBlock + block, plane, at + 4 * (block & 1) + 4 * (block >> 1) * plane.stride);
        }
    }
}
