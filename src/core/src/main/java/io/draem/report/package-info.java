/** Draws reports as one HTML page that needs no other file: text, tables and charts. */
@NullMarked
package io.draem.report;

import org.jspecify.annotations.NullMarked;
