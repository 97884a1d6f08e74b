package io.draem.service.detection;

import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Primary;

/** Gives the maps and pictures of responses 20 MiB, and all else what the heap has for it. */
@TestConfiguration(proxyBeanMethods = false)
public class SmallResponseBudget {

    @Bean
    @Primary
    ResponseBudget smallResponseBudget() {
        return new ResponseBudget(20 << 20);
    }
}
