package io.draem.service.queue;

import java.time.Duration;

/**
 * An output with the time it took.
 *
 * @param output what the function gave
 * @param queued how long the request waited
 * @param ran how long the run of its batch took
 */
public record Answer<O>(O output, Duration queued, Duration ran) {}
