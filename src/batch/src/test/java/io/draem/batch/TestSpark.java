package io.draem.batch;

import io.draem.batch.scoring.TornFileSystem;
import org.apache.spark.sql.SparkSession;

/** The session of all tests in this JVM: two processors, no page. */
public final class TestSpark {

    private static final SparkSession SESSION = SparkSession.builder()
            .appName("draem-batch tests")
            .master("local[2]")
            .config("spark.ui.enabled", false)
            .config("spark.sql.shuffle.partitions", 2)
            .config("spark.sql.adaptive.enabled", false)
            .config("spark.sql.session.timeZone", "UTC")
            // Compiling a query takes longer than a few rows.
            .config("spark.sql.codegen.wholeStage", false)
            .config("spark.sql.codegen.factoryMode", "NO_CODEGEN")
            .config("spark.hadoop.fs.torn.impl", TornFileSystem.class.getName())
            .config("spark.hadoop.fs.torn.impl.disable.cache", true)
            .getOrCreate();

    private TestSpark() {}

    public static SparkSession session() {
        return SESSION;
    }
}
