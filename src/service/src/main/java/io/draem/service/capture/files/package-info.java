/** Keeps files by name in a directory or in a bucket of an S3-compatible store. */
@NullMarked
package io.draem.service.capture.files;

import org.jspecify.annotations.NullMarked;
