package io.draem.trainer.checkpoint.imported;

import io.draem.text.SafeText;
import io.draem.trainer.checkpoint.imported.PickleValue.Global;
import io.draem.trainer.checkpoint.imported.PickleValue.Opaque;
import io.draem.trainer.checkpoint.imported.PickleValue.TensorView;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The tensors of a {@code state_dict} by name, which are read on request.
 *
 * @param tensors none of which has been read
 * @param unknown entries made by something unknown, with the name of what makes them
 */
record StateDict(Map<String, TensorView> tensors, Map<String, String> unknown) {

    private static final List<String> KEYS = List.of("state_dict", "model_state_dict", "model");

    /**
     * Finds the dictionary of tensors: that of Lightning's key {@code state_dict} or the like, or the whole file. Text
     * and numbers among its tensors are left out.
     *
     * @throws ImportedFileException if there is none, or only one of unknown entries, of which it names one
     */
    static StateDict of(TorchFile file) throws ImportedFileException {
        Map<String, PickleValue> root = Attributes.entries(file.root());
        requireNoModule(file, file.root());
        if (root == null) {
            throw new ImportedFileException(
                    file.file(),
                    (file.root() instanceof Opaque opaque
                                    ? "it holds an object of " + SafeText.quoted(opaque.origin())
                                    : "it holds no dictionary")
                            + ", not a state_dict: save model.state_dict() instead");
        }
        Map<String, PickleValue> dictionary = root;
        for (String key : KEYS) {
            Map<String, PickleValue> inner = Attributes.entries(root.get(key));
            if (inner != null) {
                dictionary = inner;
                break;
            }
            requireNoModule(file, root.get(key));
        }
        Map<String, TensorView> tensors = new LinkedHashMap<>();
        Map<String, String> unknown = new LinkedHashMap<>();
        dictionary.forEach((name, value) -> {
            if (value instanceof TensorView tensor) {
                tensors.put(name, tensor);
            } else if (value instanceof Global global) {
                unknown.put(name, global.qualified());
            } else if (value instanceof Opaque opaque) {
                unknown.put(name, opaque.origin());
            }
        });
        StateDict found = new StateDict(tensors, unknown);
        if (tensors.isEmpty() && !unknown.isEmpty()) {
            throw found.refused(file, unknown.keySet().iterator().next());
        }
        return found;
    }

    /** Returns the refusal of an unknown entry that is needed. */
    ImportedFileException refused(TorchFile file, String name) {
        return new ImportedFileException(
                file.file(),
                "its state_dict has " + SafeText.quoted(name) + " from "
                        + SafeText.quoted(Objects.requireNonNull(unknown.get(name)))
                        + ", and only plain tensors are read");
    }

    /** Refuses a model that was pickled as a whole, whose weights cannot be read without its classes. */
    private static void requireNoModule(TorchFile file, @Nullable PickleValue value) throws ImportedFileException {
        if (value instanceof Opaque opaque && Attributes.of(opaque, "_modules") != null) {
            throw new ImportedFileException(
                    file.file(),
                    "it holds a whole model, an object of " + SafeText.quoted(opaque.origin())
                            + ", as anomalib's export to PyTorch writes it. "
                            + ImportedFiles.checkpointInPlaceOf(file.file())
                            + "; of other programs, save model.state_dict() instead");
        }
    }
}
