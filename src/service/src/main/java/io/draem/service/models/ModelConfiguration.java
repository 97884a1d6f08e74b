package io.draem.service.models;

import io.draem.runtime.onnx.ModelOpener;
import io.draem.service.queue.Listeners;
import io.draem.service.queue.QueueListener;
import java.time.Duration;
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
    ModelRepository modelRepository(ModelProperties models, ApplicationEventPublisher events) {
        return new ModelRepository(models.defaultModel(), DRAIN_LIMIT, events);
    }

    @Bean
    ModelUpdater modelUpdater(
            ModelProperties models,
            InferenceProperties inference,
            ModelRepository repository,
            QueueListener listener,
            ApplicationEventPublisher events,
            @Value("${draem.request-timeout:30s}") Duration requestTimeout) {
        ModelLoader loader = new ModelLoader(
                models,
                new ModelOpener(inference.execution())::open,
                new ModelLoader.QueuePlan(
                        inference.queueCapacity(), inference.maxBatchDelay(), requestTimeout, listener));
        return new ModelUpdater(models, repository, loader, new LoadFailures(events), events);
    }

    /** Closed before the repository that it depends on, so that nothing is loaded into a closed one. */
    @Bean
    ModelWatcher modelWatcher(ModelUpdater updater, ModelProperties models) {
        return new ModelWatcher(updater, models.pollInterval(), DRAIN_LIMIT);
    }

    @Bean
    ApplicationRunner modelLoader(ModelUpdater updater, ModelWatcher watcher) {
        return arguments -> {
            updater.load();
            watcher.start();
        };
    }
}
