/** Runs candidates on images after their responses were sent, and compares the verdicts. */
@NullMarked
package io.draem.service.shadow;

import org.jspecify.annotations.NullMarked;
