package io.draem.batch.cli;

import org.apache.spark.sql.SparkSession;

/** Starts Spark. */
final class Session {

    private static final String MASTER = "spark.master";

    private Session() {}

    /** Starts a session as spark-submit has configured it; without one, on all processors of this machine. */
    static SparkSession start(String name) {
        SparkSession.Builder builder = SparkSession.builder()
                .appName(name)
                // Times of files and of CSV do not depend on where the driver runs.
                .config("spark.sql.session.timeZone", "UTC");
        if (System.getProperty(MASTER) == null) {
            builder = builder.master("local[*]")
                    .config("spark.ui.enabled", false)
                    // The default of 200 is for clusters.
                    .config(
                            "spark.sql.shuffle.partitions",
                            2 * Runtime.getRuntime().availableProcessors());
        }
        return builder.getOrCreate();
    }
}
