package io.draem.service.security;

import io.draem.service.startup.StartUpException;
import io.github.bucket4j.TimeMeter;
import java.nio.file.Path;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Configures keys and rate limits. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(SecurityProperties.class)
class SecurityConfiguration {

    @Bean
    @ConditionalOnProperty("draem.security.api-keys.file")
    KeyFile keyFile(SecurityProperties properties) {
        Path path = properties.apiKeys().file();
        if (path == null) {
            throw new IllegalArgumentException("draem.security.api-keys.file must name a file");
        }
        try {
            KeyFile file = new KeyFile(path);
            file.watch(properties.apiKeys().pollInterval());
            return file;
        } catch (KeyFileException e) {
            throw new StartUpException(
                    "The API keys in " + path + " cannot be used: " + e.getMessage(),
                    "Correct the file that draem.security.api-keys.file names: a line name:sha256 for each key, where sha256 is"
                            + " what `printf %s KEY | sha256sum` prints.",
                    e);
        }
    }

    @Bean
    Gatekeeper gatekeeper(ObjectProvider<KeyFile> file, SecurityProperties properties, AccessListener listener) {
        Integer requests = properties.rateLimit().requests();
        return new Gatekeeper(
                file.getIfAvailable(),
                requests == null
                        ? null
                        : new RateLimit(requests, properties.rateLimit().period(), TimeMeter.SYSTEM_NANOTIME),
                listener);
    }
}
