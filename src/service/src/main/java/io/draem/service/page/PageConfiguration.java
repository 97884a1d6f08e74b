package io.draem.service.page;

import io.draem.service.web.OpenPaths;
import java.util.Set;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Opens the page to everybody: browsers send no key when they load it. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(PageProperties.class)
class PageConfiguration {

    @Bean
    OpenPaths pagePaths(PageProperties page) {
        return page.enabled() ? PageController::paths : Set::of;
    }
}
