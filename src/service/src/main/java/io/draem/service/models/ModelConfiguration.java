package io.draem.service.models;

import io.draem.service.inference.InferenceProperties;
import io.draem.service.inference.ModelOpener;
import io.draem.service.inference.QueueListener;
import java.time.Duration;
import org.springframework.boot.ApplicationRunner;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Wires the models; readiness waits for the runner that loads them. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties({ModelProperties.class, InferenceProperties.class})
class ModelConfiguration {

    private static final Duration DRAIN_LIMIT = Duration.ofSeconds(20);

    @Bean
    ModelRepository modelRepository(ModelProperties models, InferenceProperties inference, QueueListener listener) {
        return new ModelRepository(
                models,
                new ModelOpener(inference.execution()),
                new ModelRepository.QueuePlan(
                        inference.queueCapacity(), inference.maxBatchDelay(), DRAIN_LIMIT, listener));
    }

    @Bean
    ApplicationRunner modelLoader(ModelRepository repository, ApplicationEventPublisher events) {
        return arguments -> {
            repository.load();
            events.publishEvent(new ModelsChanged(repository.models()));
        };
    }
}
