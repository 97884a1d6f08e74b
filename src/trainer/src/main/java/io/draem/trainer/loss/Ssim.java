package io.draem.trainer.loss;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * The structural dissimilarity of two images as kornia's {@code SSIMLoss} has it: the mean of {@code clamp((1 − SSIM)/2, 0,
 * 1)}, Gaussian window of 11 pixels, σ 1.5, reflected at the border, C1 = 0.01², C2 = 0.03², ε 1e-12.
 */
final class Ssim {

    private static final int WINDOW = 11;
    private static final double SIGMA = 1.5;
    private static final double C1 = 0.01 * 0.01;
    private static final double C2 = 0.03 * 0.03;
    private static final double EPSILON = 1e-12;

    private Ssim() {}

    /** Returns the loss of two {@code [batch, channels, height, width]} tensors, with sides of more than 5 pixels. */
    static Tensor loss(Tensor one, Tensor other) {
        Tensor squares = one.square().add(other.square());
        Tensor blurred = blur(torch.stack(new TensorVector(one, other, squares, one.mul(other)), 0));
        Tensor meanOne = blurred.select(0, 0);
        Tensor meanOther = blurred.select(0, 1);
        Tensor meanSquares = meanOne.square().add(meanOther.square());
        Tensor meanProduct = meanOne.mul(meanOther);
        Tensor variances = blurred.select(0, 2).sub(meanSquares);
        Tensor covariance = blurred.select(0, 3).sub(meanProduct);

        Scalar two = new Scalar(2.0);
        Scalar c1 = new Scalar(C1);
        Scalar c2 = new Scalar(C2);
        Tensor numerator = meanProduct.mul(two).add(c1).mul(covariance.mul(two).add(c2));
        Tensor denominator = meanSquares.add(c1).mul(variances.add(c2)).add(new Scalar(EPSILON));
        Tensor dissimilarity =
                numerator.div(denominator).neg().add(new Scalar(1.0)).div(two);
        return torch.clamp(dissimilarity, bound(0), bound(1)).mean();
    }

    private static ScalarOptional bound(double value) {
        return new ScalarOptional(new Scalar(value));
    }

    /**
     * Blurs along the last two axes and returns them swapped, which does not change a mean over all pixels.
     *
     * <p>A one-dimensional filter with its border rule is a linear map, so it is computed by a matrix product, about four times
     * faster than convolutions with one channel per group. Each product is a single one over all images: libtorch would run a matrix
     * from the left as one small product per image, which takes fifteen times as long on threads that share their cores.
     */
    private static Tensor blur(Tensor images) {
        Tensor rows = filter((int) images.size(-2)).to(images.device(), images.scalar_type());
        Tensor columns = filter((int) images.size(-1)).to(images.device(), images.scalar_type());
        Tensor blurredRows = torch.matmul(images, columns.t());
        return torch.matmul(blurredRows.transpose(-1, -2).contiguous(), rows.t());
    }

    /** Returns the matrix {@code [size, size]} that filters a column of that many pixels. */
    private static Tensor filter(int size) {
        int reach = WINDOW / 2;
        double[] kernel = new double[WINDOW];
        double sum = 0;
        for (int i = 0; i < WINDOW; i++) {
            kernel[i] = Math.exp(-(i - reach) * (i - reach) / (2 * SIGMA * SIGMA));
            sum += kernel[i];
        }
        double[] matrix = new double[size * size];
        for (int to = 0; to < size; to++) {
            for (int i = 0; i < WINDOW; i++) {
                int from = Math.abs(to + i - reach);
                if (from >= size) {
                    from = 2 * (size - 1) - from;
                }
                matrix[to * size + from] += kernel[i] / sum;
            }
        }
        return Tensor.create(matrix, size, size);
    }
}
