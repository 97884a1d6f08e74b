package io.draem.service.page;

import io.draem.service.web.OpenPaths;
import java.util.Set;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Exempts the page from keys: browsers send none when they load it. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(PageProperties.class)
class PageConfiguration {

    @Bean
    OpenPaths pagePaths(PageProperties page) {
        return page.enabled() ? PageController::paths : Set::of;
    }
}
