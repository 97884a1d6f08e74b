package io.draem.service.queue;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls listeners in isolation from the calling code and from each other: what a listener throws, an {@link Error} too, is
 * logged, at most once per minute for each listener and type of failure, and an interrupt that it leaves on the thread is
 * cleared.
 */
public final class Listeners {

    private static final Logger log = LoggerFactory.getLogger(Listeners.class);
    private static final long LOG_INTERVAL = Duration.ofMinutes(1).toNanos();
    private static final Map<String, Failures> FAILURES = new ConcurrentHashMap<>();

    private Listeners() {}

    /** A call of a listener. */
    @FunctionalInterface
    public interface Call {

        void run() throws Exception;
    }

    /**
     * Returns one listener that calls several in order.
     *
     * @param type public interface whose methods return void
     */
    public static <T> T all(Class<T> type, List<? extends T> listeners) {
        List<T> all = List.copyOf(listeners);
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
                    if (method.getDeclaringClass() == Object.class) {
                        return method.getName().equals("equals")
                                ? proxy == arguments[0]
                                : method.invoke(all, arguments);
                    }
                    for (T listener : all) {
                        call(listener.getClass().getName(), () -> method.invoke(listener, arguments));
                    }
                    return null;
                }));
    }

    /**
     * Calls one listener.
     *
     * @param name name of the listener in the log
     */
    public static void call(String name, Call call) {
        boolean interrupted = Thread.currentThread().isInterrupted();
        try {
            call.run();
        } catch (InvocationTargetException e) {
            failed(name, Objects.requireNonNullElse(e.getCause(), e));
        } catch (Throwable e) {
            failed(name, e);
        } finally {
            if (!interrupted) {
                Thread.interrupted();
            }
        }
    }

    private static void failed(String name, Throwable cause) {
        try {
            long count = FAILURES.computeIfAbsent(name + " " + cause.getClass().getName(), kind -> new Failures())
                    .add(System.nanoTime());
            if (count > 0) {
                log.error(
                        "The listener {} failed {} time(s) since this was last logged; requests and other listeners are not affected",
                        name,
                        count,
                        cause);
            }
        } catch (Throwable e) {
            // Without memory, logging may fail too.
        }
    }

    private static final class Failures {

        private boolean logged;
        private long last;
        private long count;

        /** Counts a failure and returns how many to log now; 0 if it is too early for another line. */
        synchronized long add(long now) {
            count++;
            if (logged && now - last < LOG_INTERVAL) {
                return 0;
            }
            logged = true;
            last = now;
            long all = count;
            count = 0;
            return all;
        }
    }
}
