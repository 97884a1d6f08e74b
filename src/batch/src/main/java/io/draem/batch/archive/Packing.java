package io.draem.batch.archive;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.greatest;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.sum;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;

/**
 * Divides images into tasks by their bytes: small files share a task, and a file of at least the size of a task has one of
 * its own. A task has fewer than twice its size in bytes, and rows in the order of the list.
 */
public final class Packing implements Serializable {

    private static final long serialVersionUID = 1L;

    /** Most bytes of a task, unless there were too many tasks: what is lost where one fails. */
    private static final long LARGEST = 64L << 20;

    /** Most tasks of small images: the driver keeps a record of each, and starts some hundreds per second. */
    private static final long MOST_TASKS = 100_000;

    /** Bytes that a smaller image counts as, since each image is a run of the network: 64 MB are at most 256 images. */
    static final long LEAST_WEIGHT = 256L << 10;

    /** Tasks per processor of a smaller archive, so that the last one is not waited for long. */
    private static final int TASKS_PER_SLOT = 4;

    private static final String TASK = Columns.INTERNAL + "task";

    private final long size;
    private final long[] smallBefore;
    private final int[] largeBefore;
    private final int smallTasks;
    private final int tasks;

    private Packing(long size, List<long[]> sums) {
        this.size = size;
        this.smallBefore = new long[sums.size()];
        this.largeBefore = new int[sums.size()];
        long small = 0;
        int large = 0;
        for (long[] sum : sums) {
            smallBefore[(int) sum[0]] = small;
            largeBefore[(int) sum[0]] = large;
            small += sum[1];
            large += (int) sum[2];
        }
        this.smallTasks = (int) ((small + size - 1) / size);
        this.tasks = Math.max(1, smallTasks + large);
    }

    /**
     * Returns the images in one partition per task, each in the order of the paths.
     *
     * @param images with the columns of {@link Columns} without content; read three times, so that they should be stored;
     *     the same rows in the same partitions each time
     */
    public static Dataset<Row> pack(Dataset<Row> images) {
        Row total = images.agg(sum(greatest(coalesce(col(Columns.LENGTH), lit(0L)), lit(LEAST_WEIGHT))))
                .first();
        long bytes = total.isNullAt(0) ? 0 : total.getLong(0);
        int slots = images.sparkSession().sparkContext().defaultParallelism();
        return pack(images, taskSize(bytes, slots));
    }

    /**
     * Returns the bytes of a task.
     *
     * @param bytes of all images, each at least {@link #LEAST_WEIGHT}
     * @param slots tasks that run at the same time
     */
    static long taskSize(long bytes, int slots) {
        long balanced = Math.min(LARGEST, bytes / ((long) TASKS_PER_SLOT * slots));
        return Math.max(LEAST_WEIGHT, Math.max(balanced, bytes / MOST_TASKS));
    }

    /** @param size bytes of a task */
    static Dataset<Row> pack(Dataset<Row> images, long size) {
        // In an order of their own: where an executor is lost, the same images must come to the same tasks again.
        JavaRDD<Row> rows = images.sortWithinPartitions(Columns.PATH).javaRDD();
        int length = images.schema().fieldIndex(Columns.LENGTH);
        // A number per partition of the list, not per image.
        List<long[]> sums = rows.mapPartitionsWithIndex(
                        (index, part) ->
                                List.of(weigh(index, part, length, size)).iterator(),
                        true)
                .collect();
        Packing packing = new Packing(size, sums);
        JavaRDD<Row> assigned = rows.mapPartitionsWithIndex((index, part) -> packing.assign(index, part, length), true);
        return images.sparkSession()
                .createDataFrame(assigned, images.schema().add(TASK, DataTypes.IntegerType))
                .repartitionById(packing.tasks, col(TASK))
                .drop(TASK)
                .sortWithinPartitions(Columns.PATH);
    }

    private static long[] weigh(int index, Iterator<Row> rows, int length, long size) {
        long[] sum = {index, 0, 0};
        while (rows.hasNext()) {
            long weight = weight(rows.next(), length);
            if (weight < size) {
                sum[1] += weight;
            } else {
                sum[2]++;
            }
        }
        return sum;
    }

    private Iterator<Row> assign(int index, Iterator<Row> rows, int length) {
        return new Iterator<>() {

            private long small = smallBefore[index];
            private int large = smallTasks + largeBefore[index];

            @Override
            public boolean hasNext() {
                return rows.hasNext();
            }

            @Override
            public Row next() {
                Row row = rows.next();
                long weight = weight(row, length);
                int task;
                if (weight < size) {
                    task = (int) (small / size);
                    small += weight;
                } else {
                    task = large++;
                }
                List<Object> values = new ArrayList<>(row.size() + 1);
                for (int i = 0; i < row.size(); i++) {
                    values.add(row.get(i));
                }
                values.add(task);
                return RowFactory.create(values.toArray());
            }
        };
    }

    private static long weight(Row row, int length) {
        return row.isNullAt(length) ? LEAST_WEIGHT : Math.max(LEAST_WEIGHT, row.getLong(length));
    }
}
