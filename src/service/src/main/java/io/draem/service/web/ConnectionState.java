package io.draem.service.web;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.coyote.Request;
import org.apache.tomcat.util.net.SocketWrapperBase;

/** What the client has done to its connection. */
enum ConnectionState {
    /** Nothing more has arrived. */
    OPEN,
    /** The client has sent the beginning of a further request. */
    PIPELINED,
    /** The client sends nothing more; whether it still receives is shown by {@link WatchedProtocol#probe}. */
    ENDED,
    /** The connection is broken. */
    BROKEN;

    /** Returns the state of a request's connection without waiting; called on the request's thread only. */
    static ConnectionState of(Request request) {
        SocketWrapperBase<?> socket = WatchedProtocol.socket(request);
        ByteBuffer first = ByteBuffer.allocate(1);
        try {
            int read = socket.read(false, first);
            if (read < 0) {
                return ConnectionState.ENDED;
            }
            if (read == 0) {
                return ConnectionState.OPEN;
            }
            first.flip();
            socket.unRead(first);
            return ConnectionState.PIPELINED;
        } catch (EOFException e) {
            return ConnectionState.ENDED;
        } catch (IOException e) {
            return ConnectionState.BROKEN;
        }
    }
}
