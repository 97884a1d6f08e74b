package io.draem.service.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.draem.service.detection.Admission;
import io.draem.service.detection.DetectionException;
import java.util.concurrent.TimeUnit;
import org.apache.coyote.AbstractProcessor;
import org.apache.coyote.Request;
import org.junit.jupiter.api.Test;

class ReceivedBodyTests {

    /** The upload is known to others before the body begins: a shutdown or another client may refuse it in between. */
    @Test
    void aRefusalBeforeTheBodyBeginsIsNotLost() {
        Request request = ((AbstractProcessor) new WatchedProtocol().createProcessor()).getRequest();
        long timeout = TimeUnit.SECONDS.toNanos(30);
        ReceivedBody body = new ReceivedBody(request, null, timeout);
        DetectionException reason = DetectionException.shuttingDown();
        body.end(reason);
        body.begin(new NoUpload(), true, 100, timeout, DetectionException.bodiesTakeAll());
        assertThat(body.receive()).isTrue();
        assertThat(body.errors().refusal()).isSameAs(reason);
    }

    private static final class NoUpload implements Admission.Upload {

        @Override
        public boolean grow(long more) {
            return true;
        }

        @Override
        public boolean complete(long size) {
            return true;
        }

        @Override
        public void close() {}
    }
}
