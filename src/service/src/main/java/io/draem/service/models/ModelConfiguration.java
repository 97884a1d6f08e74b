package io.draem.service.models;

import io.draem.runtime.onnx.GraphDescription;
import io.draem.runtime.onnx.GraphFile;
import io.draem.runtime.onnx.GraphRefusedException;
import io.draem.runtime.onnx.ModelOpener;
import io.draem.runtime.onnx.OnnxModel;
import io.draem.runtime.onnx.ProviderUnavailableException;
import io.draem.service.history.ModelHistory;
import io.draem.service.queue.Listeners;
import io.draem.service.queue.QueueListener;
import io.draem.service.sessions.SessionBudget;
import io.draem.service.sessions.SessionListener;
import java.time.Duration;
import java.util.List;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.ApplicationRunner;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ApplicationEvent;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.ApplicationListener;
import org.springframework.context.PayloadApplicationEvent;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.ApplicationEventMulticaster;
import org.springframework.context.event.SimpleApplicationEventMulticaster;
import org.springframework.context.support.AbstractApplicationContext;

/** Configures the models; the service is ready once the runner has loaded them. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties({ModelProperties.class, InferenceProperties.class})
class ModelConfiguration {

    /** The service has waited for responses before it closes models: what still runs then is terminated. */
    private static final Duration DRAIN_LIMIT = Duration.ofSeconds(3);

    /** A listener that fails on a change of models affects neither the models nor other listeners. */
    @Bean(AbstractApplicationContext.APPLICATION_EVENT_MULTICASTER_BEAN_NAME)
    static ApplicationEventMulticaster applicationEventMulticaster(BeanFactory beans) {
        return new SimpleApplicationEventMulticaster(beans) {
            @Override
            protected void invokeListener(ApplicationListener<?> listener, ApplicationEvent event) {
                if (event instanceof PayloadApplicationEvent<?> payload
                        && (payload.getPayload() instanceof ModelEvent.Changed
                                || payload.getPayload() instanceof ModelEvent.LoadFailed)) {
                    Listeners.call(listener.toString(), () -> super.invokeListener(listener, event));
                } else {
                    super.invokeListener(listener, event);
                }
            }
        };
    }

    @Bean
    ModelRepository modelRepository(ModelProperties models, SessionBudget budget, ApplicationEventPublisher events) {
        return new ModelRepository(models.defaultModel(), DRAIN_LIMIT, budget, events);
    }

    @Bean
    SessionBudget sessionBudget(ModelProperties models, SessionListener listener) {
        return new SessionBudget(
                models.budget(), Listeners.all(SessionListener.class, List.of(listener)), System::nanoTime);
    }

    @Bean
    ModelHistory modelHistory(ModelProperties models) {
        return new ModelHistory(models.directory());
    }

    @Bean
    ModelUpdater modelUpdater(
            ModelProperties models,
            InferenceProperties inference,
            ModelRepository repository,
            QueueListener listener,
            SessionBudget budget,
            ModelHistory history,
            ApplicationEventPublisher events,
            @Value("${draem.request-timeout:30s}") Duration requestTimeout) {
        ModelLoader loader = new ModelLoader(
                models,
                opener(new ModelOpener(
                        models.loading() == ModelProperties.Loading.EAGER
                                ? inference.execution()
                                : inference.execution().withoutCpuArena())),
                budget,
                new ModelLoader.QueuePlan(
                        inference.queueCapacity(), inference.maxBatchDelay(), requestTimeout, listener));
        return new ModelUpdater(
                models,
                repository,
                loader,
                new LoadFailures(events),
                new RolloutReports(models, repository, history, events));
    }

    /** Closed before the repository that it depends on, so that nothing is loaded into a closed one. */
    @Bean
    ModelWatcher modelWatcher(ModelUpdater updater, ModelProperties models, SessionBudget budget) {
        return new ModelWatcher(
                updater,
                models.control() == ModelProperties.Control.POLL ? models.pollInterval() : null,
                DRAIN_LIMIT,
                budget);
    }

    @Bean
    ModelControl modelControl(
            ModelProperties models, ModelRepository repository, ModelUpdater updater, ModelWatcher watcher) {
        return new ModelControl(models, repository, updater, watcher);
    }

    @Bean
    RolloutControl rolloutControl(
            ModelProperties models,
            ModelRepository repository,
            ModelUpdater updater,
            ModelWatcher watcher,
            ModelControl control) {
        return new RolloutControl(models, repository, updater, watcher, control);
    }

    @Bean
    ApplicationRunner modelLoader(ModelUpdater updater, ModelWatcher watcher) {
        return arguments -> {
            updater.load();
            watcher.start();
        };
    }

    static ModelSessions.Opener opener(ModelOpener opener) {
        return new ModelSessions.Opener() {
            @Override
            public List<OnnxModel> open(GraphFile graph) throws GraphRefusedException, ProviderUnavailableException {
                return opener.open(graph);
            }

            @Override
            public List<OnnxModel> openOnDemand(GraphFile graph, boolean first)
                    throws GraphRefusedException, ProviderUnavailableException {
                return opener.openOnDemand(graph, first);
            }

            @Override
            public GraphDescription describe(GraphFile graph)
                    throws GraphRefusedException, ProviderUnavailableException {
                return opener.describe(graph);
            }
        };
    }
}
