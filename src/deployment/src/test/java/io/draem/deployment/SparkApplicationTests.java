package io.draem.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

/** The guide's run of the batch application on Kubernetes. */
class SparkApplicationTests {

    private static final Pattern BLOCK = Pattern.compile("```yaml\n(.*?)```", Pattern.DOTALL);

    @Test
    void isWhatTheOperatorKnowsAndFitsTheImage() throws IOException {
        Matcher block = BLOCK.matcher(Files.readString(Project.resolve("src/docs/how-to/score-an-archive.md")));
        assertThat(block.find()).isTrue();
        Manifest application = new Manifest(new Yaml().load(block.group(1)));

        assertThat(new ManifestSchema(HelmChart.KUBERNETES).problems(application))
                .isEmpty();
        String version = application.at("spec.sparkVersion").toString();
        assertThat(Files.readString(Project.resolve("pom.xml")))
                .contains("<spark.version>" + version + "</spark.version>");
        String dockerfile = Files.readString(Project.resolve("Dockerfile"));
        assertThat(dockerfile).contains("apache/spark:" + version + "-scala2.13-java17");
        assertThat(dockerfile).contains("draem-batch.jar /opt/draem/\n", "target/lib /opt/draem/lib\n");
        assertThat(application.at("spec.mainApplicationFile")).hasToString("local:///opt/draem/draem-batch.jar");
    }
}
