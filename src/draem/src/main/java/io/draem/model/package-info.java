/** The contract between trainer and service: tensor names, and the model card that travels in the graph's metadata. */
@NullMarked
package io.draem.model;

import org.jspecify.annotations.NullMarked;
