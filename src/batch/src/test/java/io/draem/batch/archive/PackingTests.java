package io.draem.batch.archive;

import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.spark_partition_id;
import static org.apache.spark.sql.functions.sum;
import static org.assertj.core.api.Assertions.assertThat;

import io.draem.batch.TestSpark;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;

class PackingTests {

    private static final long MB = 1 << 20;

    @Test
    void smallFilesShareATaskAndALargeOneHasItsOwn() {
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            rows.add(RowFactory.create("small" + i, MB));
        }
        rows.add(RowFactory.create("large1", 50 * MB));
        rows.add(RowFactory.create("large2", 10 * MB));
        rows.add(RowFactory.create("unreadable", null));
        StructType schema =
                new StructType().add(Columns.PATH, DataTypes.StringType).add(Columns.LENGTH, DataTypes.LongType);
        Dataset<Row> images = TestSpark.session().createDataFrame(rows, schema).repartition(3);

        List<Row> tasks = Packing.pack(images, 10 * MB)
                .groupBy(spark_partition_id().as("task"))
                .agg(count(lit(1)), sum(Columns.LENGTH))
                .collectAsList();

        assertThat(tasks.stream().mapToLong(task -> task.getLong(1)).sum()).isEqualTo(103);
        // 100.25 MB in tasks of 10 MB, and two large files; the last 0.25 MB may begin in the tenth task.
        assertThat(tasks).hasSizeBetween(12, 13);
        assertThat(tasks)
                .filteredOn(task -> task.getLong(1) == 1)
                .extracting(task -> task.get(2))
                .contains(50 * MB, 10 * MB);
        assertThat(tasks)
                .filteredOn(task -> task.getLong(1) > 1)
                .allSatisfy(task -> assertThat(task.getLong(2)).isLessThan(20 * MB));
    }

    @Test
    void tasksBalanceASmallArchiveAndAreFewInAHugeOne() {
        long image = Packing.LEAST_WEIGHT;
        assertThat(Packing.taskSize(64 * image, 2)).isEqualTo(8 * image);
        assertThat(Packing.taskSize(1_000_000 * image, 160)).isEqualTo(256 * image);
        assertThat(Packing.taskSize(1_000_000_000 * image, 1600)).isEqualTo(10_000 * image);
        assertThat(Packing.taskSize(0, 2)).isEqualTo(image);
    }
}
