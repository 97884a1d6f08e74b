package io.draem.batch.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Properties;
import org.junit.jupiter.api.Test;

class SessionTests {

    @Test
    void aLocalMasterListensToThisMachineAloneUnlessSetOtherwise() {
        assertThat(Session.settings(new Properties()))
                .containsEntry("spark.master", "local[*]")
                .containsEntry("spark.driver.host", "127.0.0.1")
                .containsEntry("spark.driver.bindAddress", "127.0.0.1")
                .containsEntry("spark.ui.enabled", "false");
        Properties four = new Properties();
        four.setProperty("spark.master", "local[4]");
        four.setProperty("spark.ui.enabled", "true");
        assertThat(Session.settings(four))
                .containsKeys("spark.driver.host", "spark.driver.bindAddress", "spark.sql.shuffle.partitions")
                .doesNotContainKeys("spark.master", "spark.ui.enabled");
    }

    @Test
    void aClusterKeepsItsSettings() {
        Properties cluster = new Properties();
        cluster.setProperty("spark.master", "spark://host:7077");
        assertThat(Session.settings(cluster)).containsOnlyKeys("spark.sql.session.timeZone");
    }
}
