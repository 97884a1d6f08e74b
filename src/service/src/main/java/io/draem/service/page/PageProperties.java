package io.draem.service.page;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The page at the root.
 *
 * @param enabled whether the service has a page at {@code /}
 */
@ConfigurationProperties("draem.page")
record PageProperties(@DefaultValue("true") boolean enabled) {}
