/** The contract between trainer and service: tensor names, and the model card in the metadata of a graph. */
@NullMarked
package io.draem.model;

import org.jspecify.annotations.NullMarked;
