package io.draem.service.models;

import io.draem.service.history.ModelHistory;
import io.draem.service.history.ServedChange.Cause;
import io.draem.service.history.ServedChange.Reason;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.ApplicationEventPublisher;

/** Reports which version serves: in the log, in the history and, of failovers, as events. */
final class RolloutReports {

    private static final Logger log = LoggerFactory.getLogger(RolloutReports.class);

    private final ModelProperties properties;
    private final ModelRepository repository;
    private final ModelHistory history;
    private final ApplicationEventPublisher events;
    private final Map<String, Cause> causes = new ConcurrentHashMap<>();

    RolloutReports(
            ModelProperties properties,
            ModelRepository repository,
            ModelHistory history,
            ApplicationEventPublisher events) {
        this.properties = properties;
        this.repository = repository;
        this.history = history;
        this.events = events;
    }

    /** Makes a change of the versions of a model whose cause is no change of the files alone. */
    void because(Cause cause, String name, Runnable change) {
        causes.put(name, cause);
        try {
            change.run();
        } finally {
            causes.remove(name);
        }
    }

    /**
     * Reports that versions were replaced, if they were.
     *
     * @param failed the first of them before, if it fails over to the first of them now; null otherwise
     */
    void replaced(String name, List<ServedModel> before, List<ServedModel> after, @Nullable ServedModel failed) {
        ServedModel from = first(before);
        ServedModel to = first(after);
        if (from != to) {
            Cause files = Cause.of(repository.isLoaded() ? Reason.FILES : Reason.START);
            history.add(
                    name,
                    from == null ? null : from.version(),
                    to == null ? null : to.version(),
                    to == null ? null : to.digest(),
                    failed != null ? Cause.of(Reason.FAILOVER) : causes.getOrDefault(name, files));
        }
        if (failed != null && to != null) {
            failedOver(failed, to);
        } else if (!before.isEmpty() && !after.equals(before)) {
            log.info(
                    after.isEmpty()
                            ? "Model {} was removed: {} is closed once its last request has ended"
                            : "Model {}: {} replaced {}",
                    name,
                    after.isEmpty() ? before : after,
                    before);
        }
    }

    private static @Nullable ServedModel first(List<ServedModel> versions) {
        return versions.isEmpty() ? null : versions.get(0);
    }

    private void failedOver(ServedModel model, ServedModel successor) {
        log.error(
                "Model {} failed on {} (draem.models.max-failed-share={}) and fails over to version {}: that one serves"
                        + " requests that name no version until the file of version {} changes or the service"
                        + " restarts. See the errors above, and replace or remove the file",
                model,
                model.recentFailures(),
                properties.maxFailedShare(),
                successor.version(),
                model.version());
        events.publishEvent(new ModelEvent.Failover(model, successor));
    }
}
