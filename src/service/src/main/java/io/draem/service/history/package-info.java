/** Which version of a model served when, kept in a file of the model's folder that all replicas append to. */
@NullMarked
package io.draem.service.history;

import org.jspecify.annotations.NullMarked;
