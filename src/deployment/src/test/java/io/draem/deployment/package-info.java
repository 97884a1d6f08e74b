/** Checks what the service is deployed with: the chart as Helm itself reads it, and the image in a container engine. */
@NullMarked
package io.draem.deployment;

import org.jspecify.annotations.NullMarked;
