package io.draem.service.models;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The models in service, replaced as a whole.
 *
 * @param models versions by name; the first of each serves requests that name no version
 * @param candidates by name; each is one of the versions, and not the first
 */
record Offer(Map<String, List<ServedModel>> models, Map<String, Candidate> candidates, DefaultModel defaultModel) {

    /**
     * Returns the model that answers a request: where it names no version the first, or its candidate.
     *
     * @param name name of the model; null for the default
     * @param version its version; null for none
     */
    ServedModel route(@Nullable String name, @Nullable Integer version, Routing routing)
            throws ModelSelectionException {
        ServedModel model = require(name, version);
        Candidate candidate = version == null ? candidates.get(model.name()) : null;
        return candidate != null
                        && candidate.answers(routing.key())
                        && routing.fits().test(candidate.model(), model)
                ? candidate.model()
                : model;
    }

    /**
     * Returns the model of a request.
     *
     * @param name name of the model; null for the default
     * @param version its version; null for the first
     */
    ServedModel require(@Nullable String name, @Nullable Integer version) throws ModelSelectionException {
        if (models.isEmpty()) {
            throw new ModelSelectionException.Unknown("No model is served now: see GET /v1/models for the reasons");
        }
        String selected = name != null ? name : defaultModel.name();
        if (selected == null) {
            throw new ModelSelectionException.NotNamed(
                    "Several models are served and none is the default: name one with the parameter model, of "
                            + String.join(", ", models.keySet()));
        }
        List<ServedModel> versions = models.get(selected);
        if (versions == null) {
            throw new ModelSelectionException.Unknown(
                    name != null
                            ? "There is no model of that name; served are " + String.join(", ", models.keySet())
                            : "The default model " + selected
                                    + " is not served now: name one with the parameter model, of "
                                    + String.join(", ", models.keySet()));
        }
        return versions.stream()
                .filter(model -> version == null || version == model.version())
                .findFirst()
                .orElseThrow(() -> new ModelSelectionException.Unknown("Version " + version + " of " + selected
                        + " is not served, but " + (versions.size() == 1 ? "version " : "versions ")
                        + versions.stream()
                                .map(model -> Integer.toString(model.version()))
                                .collect(Collectors.joining(" and "))
                        + (versions.size() == 1 ? " is" : " are")));
    }
}
