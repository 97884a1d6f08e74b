package io.draem.service.web;

import java.util.Map;
import java.util.Set;
import org.apache.coyote.ActionCode;
import org.apache.coyote.Adapter;
import org.apache.coyote.ContinueResponseTiming;
import org.apache.coyote.Request;
import org.apache.coyote.Response;
import org.apache.tomcat.util.net.SocketEvent;
import org.jspecify.annotations.Nullable;

/** Passes requests on to the application once their bodies have arrived, and discards what was not received of them. */
final class ReceivingAdapter implements Adapter {

    private final BodyReceiver receiver;
    private final Set<ReceivedBody> arriving;
    private final Map<Request, DiscardedInput> discarded;
    private final Adapter next;

    ReceivingAdapter(BodyReceiver receiver, Adapter next) {
        this.receiver = receiver;
        this.arriving = receiver.arriving();
        this.discarded = receiver.discarded();
        this.next = next;
    }

    @Override
    public void service(Request request, Response response) throws Exception {
        discarded.remove(request); // of a connection that was closed meanwhile
        // The status is set where the head is refused already, as for two lengths: nothing else of it can be relied
        // on.
        if (response.getStatus() >= 400 || !WatchedProtocol.watches(request)) {
            next.service(request, response);
            return;
        }
        RequestTarget target = receiver.target(request);
        if (WatchedProtocol.isBodyRead(request)) {
            next.service(request, response);
            discard(request, response, null);
            return;
        }
        ReceivedBody body = receiver.body(request);
        request.setInputBuffer(body);
        try {
            if (receiver.begin(request, target, body) && !receive(request, response, body)) {
                arriving.add(body);
                WatchedProtocol.suspend(request);
                WatchedProtocol.await(request, !body.isEnded());
                return;
            }
        } catch (Throwable e) {
            // The request is used again for others, which must not find this body.
            arriving.remove(body);
            body.close();
            throw e;
        }
        pass(request, response, body);
    }

    private boolean receive(Request request, Response response, ReceivedBody body) {
        if (request.hasExpectation() && body.errors().refusal() == null) {
            response.action(ActionCode.ACK, ContinueResponseTiming.ALWAYS);
            request.setExpectation(false);
        }
        return body.receive();
    }

    @Override
    public boolean asyncDispatch(Request request, Response response, SocketEvent event) throws Exception {
        DiscardedInput input = discarded.get(request);
        if (input != null) {
            discard(request, input, event);
            return true;
        }
        ReceivedBody body = ReceivedBody.of(request);
        if (body == null || !arriving.contains(body)) {
            return next.asyncDispatch(request, response, event);
        }
        try {
            if (event != SocketEvent.OPEN_READ) {
                body.fail(WatchedProtocol.socket(request).getError());
            }
            if (!body.receive()) {
                WatchedProtocol.await(request, !body.isEnded());
                return true;
            }
        } catch (Throwable e) {
            if (arriving.remove(body)) {
                body.close();
            }
            throw e;
        }
        if (!arriving.remove(body)) {
            return false; // the connection was closed, and the body with it
        }
        WatchedProtocol.resume(request);
        pass(request, response, body);
        return true;
    }

    private void pass(Request request, Response response, ReceivedBody body) throws Exception {
        try (body) {
            next.service(request, response);
        } finally {
            arriving.remove(body);
        }
        discard(request, response, body);
    }

    /** Starts to discard what still arrives after the response. */
    private void discard(Request request, Response response, @Nullable ReceivedBody body) {
        DiscardedInput input = DiscardedInput.after(request, response, body);
        if (input == null) {
            return;
        }
        DiscardedInput.Progress progress = input.read();
        if (progress != DiscardedInput.Progress.DONE) {
            discarded.put(request, input);
            WatchedProtocol.suspend(request);
            await(request, input, progress);
        }
    }

    private void discard(Request request, DiscardedInput input, SocketEvent event) {
        DiscardedInput.Progress progress = event == SocketEvent.OPEN_READ ? input.read() : input.abandon();
        if (progress == DiscardedInput.Progress.DONE) {
            discarded.remove(request);
            WatchedProtocol.resume(request);
        } else {
            await(request, input, progress);
        }
    }

    private static void await(Request request, DiscardedInput input, DiscardedInput.Progress progress) {
        WatchedProtocol.await(request, progress == DiscardedInput.Progress.WAITING);
        if (progress == DiscardedInput.Progress.READING) {
            input.wake();
        }
    }

    @Override
    public boolean prepare(Request request, Response response) throws Exception {
        return next.prepare(request, response);
    }

    @Override
    public void log(Request request, Response response, long time) {
        next.log(request, response, time);
    }

    @Override
    public void checkRecycled(Request request, Response response) {
        next.checkRecycled(request, response);
    }

    @Override
    public String getDomain() {
        return next.getDomain();
    }
}
