package io.draem.service.observation;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What is logged in addition to the metrics.
 *
 * @param logVerdicts whether the log has a line per verdict
 */
@ConfigurationProperties("draem")
record ObservationProperties(@DefaultValue("false") boolean logVerdicts) {}
