package io.draem.trainer.workflow;

import io.draem.trainer.data.DataDigest;
import io.draem.trainer.network.DraemNetwork;
import io.draem.trainer.network.NetworkOptions;
import io.draem.trainer.onnxexport.ModelCheckpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A file whose weights a training starts from. It is looked at before the training, and its weights are read when the
 * training needs them, so that they are not in memory for all of it.
 *
 * @param file checkpoint of a model
 * @param options of the network that is to be trained; it takes its input as the one in the file does
 * @param digest of the file
 */
record StartWeights(Path file, NetworkOptions options, String digest) {

    /**
     * Reads the file once.
     *
     * @throws TrainerException if it holds another network; the message says which, and the remedy
     * @throws IOException if it cannot be read, or holds no network
     */
    static StartWeights of(Path file, NetworkOptions options) throws IOException, TrainerException {
        if (Files.isDirectory(file)) {
            throw new TrainerException("--start-from " + file + " is a folder: name the checkpoint.safetensors in it");
        }
        NetworkOptions own = ModelCheckpoint.read(file).options();
        if (!own.fitsWeightsOf(options)) {
            throw new TrainerException("--start-from " + file + " holds a network with " + own.weightOptions()
                    + "; this training has " + options.weightOptions() + ": give it the same options");
        }
        if (options.centered() && !own.centered()) {
            throw new TrainerException(
                    "--start-from " + file + " holds a network whose input is not centered: start from"
                            + " another one, or add --no-center-input");
        }
        return new StartWeights(file, options.withInputOf(own), DataDigest.ofFile(file));
    }

    /** Makes the network. */
    DraemNetwork network() throws IOException {
        if (!DataDigest.ofFile(file).equals(digest)) {
            throw new IOException("--start-from " + file + " has changed since this run began");
        }
        return DraemNetwork.load(options, ModelCheckpoint.read(file).weights());
    }

    /** Says what the network does with its input first. */
    String inputText() {
        return options.centered()
                ? "with its mean color subtracted"
                : options.inputNormalization() == null
                        ? "unchanged"
                        : "normalized inside the network with the " + options.inputNormalization();
    }
}
