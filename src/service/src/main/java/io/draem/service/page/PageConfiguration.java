package io.draem.service.page;

import io.draem.service.web.OpenPaths;
import java.util.Set;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Exempts the page from keys: browsers send none when they load it. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(PageConfiguration.Page.class)
class PageConfiguration {

    @Bean
    OpenPaths pagePaths(Page page) {
        return page.enabled() ? PageController::paths : Set::of;
    }

    /**
     * The page at the root.
     *
     * @param enabled whether the service has a page at {@code /}
     */
    @ConfigurationProperties("draem.page")
    record Page(@DefaultValue("true") boolean enabled) {}
}
