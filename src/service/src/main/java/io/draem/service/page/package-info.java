/** The browser page that tries a model on images. */
@NullMarked
package io.draem.service.page;

import org.jspecify.annotations.NullMarked;
