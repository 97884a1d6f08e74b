package io.draem.trainer.imported;

import io.draem.trainer.imported.PickleValue.Dictionary;
import io.draem.trainer.imported.PickleValue.Global;
import io.draem.trainer.imported.PickleValue.Opaque;
import io.draem.trainer.imported.PickleValue.TensorView;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The tensors of a {@code state_dict} by name, which are read only when asked for.
 *
 * @param tensors none of which has been read
 */
record StateDict(Map<String, TensorView> tensors) {

    private static final List<String> KEYS = List.of("state_dict", "model_state_dict", "model");

    /**
     * Finds the dictionary of tensors: that of Lightning's key {@code state_dict} or the like, or the whole file. Text
     * and numbers beside its tensors are left out.
     *
     * @throws ImportedFileException if there is none, or one of its entries is of something unknown, which it names
     */
    static StateDict of(TorchFile file) throws ImportedFileException {
        if (!(file.root() instanceof Dictionary root)) {
            throw new ImportedFileException(
                    file.file(),
                    (file.root() instanceof Opaque opaque
                                    ? "it holds an object of " + Names.quoted(opaque.origin())
                                    : "it holds no dictionary")
                            + ", not a state_dict: save model.state_dict() in its place");
        }
        Dictionary dictionary = root;
        for (String key : KEYS) {
            if (root.entries().get(key) instanceof Dictionary inner) {
                dictionary = inner;
                break;
            }
        }
        Map<String, TensorView> tensors = new LinkedHashMap<>();
        for (Map.Entry<String, PickleValue> entry : dictionary.entries().entrySet()) {
            if (entry.getValue() instanceof TensorView tensor) {
                tensors.put(entry.getKey(), tensor);
            } else if (unknown(entry.getValue())) {
                throw refused(file, entry.getKey(), entry.getValue());
            }
        }
        return new StateDict(tensors);
    }

    private static boolean unknown(PickleValue value) {
        return value instanceof Opaque || value instanceof Global;
    }

    private static ImportedFileException refused(TorchFile file, String name, PickleValue value) {
        String origin = value instanceof Global global
                ? global.qualified()
                : value instanceof Opaque opaque ? opaque.origin() : "";
        return new ImportedFileException(
                file.file(),
                "its state_dict has " + Names.quoted(name) + " from " + Names.quoted(origin)
                        + ", and only plain tensors are read");
    }
}
