package io.draem.batch.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import org.apache.spark.sql.SparkSession;

/** Starts Spark. */
final class Session {

    private static final String MASTER = "spark.master";

    private Session() {}

    /** Starts a session as spark-submit has configured it; without one, on all processors of this machine. */
    static SparkSession start(String name) {
        SparkSession.Builder builder = SparkSession.builder().appName(name);
        settings(System.getProperties()).forEach(builder::config);
        return builder.getOrCreate();
    }

    /** Returns the settings that are added to given ones, of which none is changed but the time zone. */
    static Map<String, String> settings(Properties given) {
        Map<String, String> settings = new LinkedHashMap<>();
        String master = given.getProperty(MASTER, "local[*]");
        settings.put(MASTER, master);
        if (master.startsWith("local")) {
            // One process: no other machine connects to it.
            settings.put("spark.driver.host", "127.0.0.1");
            settings.put("spark.driver.bindAddress", "127.0.0.1");
            settings.put("spark.ui.enabled", "false");
            // A line that changes is for people.
            settings.put("spark.ui.showConsoleProgress", String.valueOf(System.console() != null));
            // The default of 200 is for clusters.
            settings.put(
                    "spark.sql.shuffle.partitions",
                    String.valueOf(2 * Runtime.getRuntime().availableProcessors()));
        }
        settings.keySet().removeAll(given.stringPropertyNames());
        // Times of files and of CSV do not depend on where the driver runs.
        settings.put("spark.sql.session.timeZone", "UTC");
        return settings;
    }
}
