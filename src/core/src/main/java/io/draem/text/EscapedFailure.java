package io.draem.text;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A failure for the log whose messages may hold text from a graph: a stack trace prints messages as they are, so that a line
 * feed in one of them would begin a line that looks like one of the service.
 */
public final class EscapedFailure extends Exception {

    private static final long serialVersionUID = 1L;

    private EscapedFailure(Throwable failure) {
        super(SafeText.escaped(failure.toString()));
        setStackTrace(failure.getStackTrace());
    }

    /**
     * Returns a failure with the stack traces of another one and of all that caused it, control characters of the messages
     * escaped; the other one itself where there are none.
     */
    public static Throwable of(Throwable failure) {
        return isSafe(failure, identities()) ? failure : copy(failure, identities());
    }

    private static boolean isSafe(@Nullable Throwable failure, Set<Throwable> seen) {
        if (failure == null || !seen.add(failure)) {
            return true;
        }
        String text = failure.toString();
        if (!text.equals(SafeText.escaped(text)) || !isSafe(failure.getCause(), seen)) {
            return false;
        }
        for (Throwable suppressed : failure.getSuppressed()) {
            if (!isSafe(suppressed, seen)) {
                return false;
            }
        }
        return true;
    }

    private static Throwable copy(Throwable failure, Set<Throwable> seen) {
        seen.add(failure);
        EscapedFailure copy = new EscapedFailure(failure);
        Throwable cause = failure.getCause();
        if (cause != null && !seen.contains(cause)) {
            copy.initCause(copy(cause, seen));
        }
        for (Throwable suppressed : failure.getSuppressed()) {
            if (!seen.contains(suppressed)) {
                copy.addSuppressed(copy(suppressed, seen));
            }
        }
        return copy;
    }

    private static Set<Throwable> identities() {
        return Collections.newSetFromMap(new IdentityHashMap<>());
    }
}
