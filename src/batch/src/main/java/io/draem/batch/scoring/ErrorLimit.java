package io.draem.batch.scoring;

import org.apache.spark.SparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.util.LongAccumulator;

/** Cancels the jobs of a run when its finished tasks have more errors than allowed. */
final class ErrorLimit extends SparkListener implements AutoCloseable {

    private final SparkContext context;
    private final String group;
    private final LongAccumulator errors;
    private final long most;
    private volatile boolean exceeded;

    private ErrorLimit(SparkContext context, String group, LongAccumulator errors, long most) {
        this.context = context;
        this.group = group;
        this.errors = errors;
        this.most = most;
    }

    /** Starts to watch the jobs that this thread submits until it is closed. */
    static ErrorLimit watch(SparkContext context, String group, LongAccumulator errors, long most) {
        ErrorLimit limit = new ErrorLimit(context, group, errors, most);
        context.setJobGroup(group, "DRÆM scores images", false);
        context.addSparkListener(limit);
        return limit;
    }

    @Override
    public void onTaskEnd(SparkListenerTaskEnd end) {
        if (!exceeded && errors.sum() > most) {
            exceeded = true;
            context.cancelJobGroup(group);
        }
    }

    boolean exceeded() {
        return exceeded || errors.sum() > most;
    }

    @Override
    public void close() {
        context.removeSparkListener(this);
        context.clearJobGroup();
    }
}
