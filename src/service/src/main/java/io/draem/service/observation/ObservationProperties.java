package io.draem.service.observation;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What is told beside the metrics.
 *
 * @param logVerdicts whether each verdict is a line of the log
 */
@ConfigurationProperties("draem")
record ObservationProperties(@DefaultValue("false") boolean logVerdicts) {}
