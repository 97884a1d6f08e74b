package io.draem.batch.scoring;

import io.draem.batch.archive.Columns;
import io.draem.batch.model.ExecutorModels;
import io.draem.batch.model.ShippedModel;
import io.draem.overlay.Pictures;
import java.util.Collections;
import java.util.Iterator;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.util.LongAccumulator;
import org.apache.spark.util.SerializableConfiguration;
import org.apache.spark.util.TaskCompletionListener;

/**
 * Makes the row of each image, in the executors.
 *
 * @param model the model
 * @param run number of the run
 * @param listed columns of the list of images, with those of {@link Columns}
 * @param pictures that are written
 * @param output folder of the table, for the pictures
 * @param hadoop settings of the file systems
 * @param errors counts the rows with an error of tasks that have succeeded
 */
record Scorer(
        ShippedModel model,
        int run,
        StructType listed,
        Pictures pictures,
        String output,
        Broadcast<SerializableConfiguration> hadoop,
        LongAccumulator errors)
        implements MapPartitionsFunction<Row, Row> {

    @Override
    public Iterator<Row> call(Iterator<Row> images) throws Exception {
        if (!images.hasNext()) {
            return Collections.emptyIterator();
        }
        ExecutorModels.Lease lease = ExecutorModels.lease(model);
        TaskContext.get().addTaskCompletionListener((TaskCompletionListener) task -> lease.close());
        ImageReader reader =
                new ImageReader(listed, lease.model().card(), hadoop.value().value(), pictures.needImages());
        return new ScoredImages(this, images, reader, lease.model());
    }
}
