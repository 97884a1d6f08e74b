/** How a start that cannot succeed is reported. */
@NullMarked
package io.draem.service.startup;

import org.jspecify.annotations.NullMarked;
