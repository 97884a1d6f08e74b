/** The contract between trainer and service: tensor names, model directories, and the model card in a graph's metadata. */
@NullMarked
package io.draem.model;

import org.jspecify.annotations.NullMarked;
