package io.draem.service.protocol;

import java.util.List;

/**
 * The service, as the protocol describes servers.
 *
 * @param name its name
 * @param version its version
 * @param extensions the extensions of the protocol that it serves
 */
record ServerMetadata(String name, String version, List<String> extensions) {}
