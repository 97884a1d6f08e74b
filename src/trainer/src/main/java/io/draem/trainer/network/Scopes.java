package io.draem.trainer.network;

import java.util.Collection;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.Tensor;

/** Bounds the life of intermediate native tensors. */
public final class Scopes {

    private Scopes() {}

    /**
     * Runs {@code body} in a scope of its own and hands its result to the surrounding {@link PointerScope}; what else
     * {@code body} made is released at once. What autograd still needs it keeps itself.
     *
     * <p>Without a surrounding scope the caller closes the result.
     */
    public static Tensor keep(Supplier<Tensor> body) {
        return keep(body, Stream::of);
    }

    /** Does the same for a result that holds several tensors. */
    public static <T> T keep(Supplier<T> body, Function<T, Stream<Tensor>> tensorsOf) {
        T result;
        try (PointerScope inner = new PointerScope()) {
            result = body.get();
            tensorsOf.apply(result).forEach(Tensor::retainReference);
        }
        PointerScope outer = PointerScope.getInnerScope();
        if (outer != null) {
            tensorsOf.apply(result).forEach(tensor -> {
                outer.attach(tensor);
                tensor.releaseReference();
            });
        }
        return result;
    }

    /** Returns whether every element of every tensor is a number, neither NaN nor infinite. */
    public static boolean areFinite(Collection<Tensor> tensors) {
        return tensors.stream().allMatch(tensor -> {
            try (PointerScope scope = new PointerScope()) {
                return tensor.detach().isfinite().all().item_bool();
            }
        });
    }

    /** Runs {@code body} without recording gradients. */
    public static void withoutGradients(Runnable body) {
        boolean enabled = GradMode.is_enabled();
        GradMode.set_enabled(false);
        try {
            body.run();
        } finally {
            GradMode.set_enabled(enabled);
        }
    }
}
