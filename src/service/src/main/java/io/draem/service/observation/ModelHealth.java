package io.draem.service.observation;

import io.draem.service.models.FailedVersion;
import io.draem.service.models.ModelRepository;
import io.draem.service.models.ServedModel;
import java.util.List;
import java.util.Map;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

/**
 * Reports which models are in service, where they run and which is the default, which versions fail, and which were
 * refused.
 */
final class ModelHealth implements HealthIndicator {

    private final ModelRepository models;

    ModelHealth(ModelRepository models) {
        this.models = models;
    }

    @Override
    public Health health() {
        Health.Builder health = models.isLoaded()
                ? Health.up()
                : Health.outOfService().withDetail("not ready", "the models are still being loaded");
        // Keys are names of models; other keys contain a space, which no name does.
        if (models.isLoaded()) {
            health.withDetail("default model", models.defaultModel().toString());
        }
        List<ServedModel> answering = models.models();
        for (ServedModel model : models.allVersions()) {
            // The version of requests that name none has the name alone as its key.
            String key = answering.contains(model) ? model.name() : model.toString();
            health.withDetail(
                    key,
                    "version " + model.version() + " on " + model.provider() + ", " + model.digest()
                            + (model.isFailing() ? failure(model, answering.contains(model)) : ""));
            String fallback = model.fallback();
            if (fallback != null) {
                health.withDetail("provider fallback", fallback);
            }
        }
        Map<String, Object> loaded = health.build().getDetails();
        for (FailedVersion refused : models.refused()) {
            String key = refused.name() + " version " + refused.version();
            String reason = "refused: " + refused.reason();
            Object earlier = loaded.get(key);
            health.withDetail(key, earlier == null ? reason : earlier + "; its new file is " + reason);
        }
        return health.build();
    }

    private static String failure(ServedModel model, boolean answers) {
        String state = answers
                ? ", DEGRADED: no other version can replace it, and it failed on "
                : model.isSuspended()
                        ? ", suspended: it answers only requests that name it, since it failed on "
                        : ", DEGRADED: it failed on ";
        return state + model.recentFailures();
    }
}
