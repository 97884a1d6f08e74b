package io.draem.service.observation;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Options of the log.
 *
 * @param logVerdicts whether the log has a line per verdict
 */
@ConfigurationProperties("draem")
record ObservationProperties(@DefaultValue("false") boolean logVerdicts) {}
