/** Fixtures of the tests of every module: processes and conditions, each awaited with a limit. */
@NullMarked
package io.draem.testing;

import org.jspecify.annotations.NullMarked;
