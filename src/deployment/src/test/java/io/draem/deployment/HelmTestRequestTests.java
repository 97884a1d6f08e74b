package io.draem.deployment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.draem.model.TestModels;
import io.draem.service.api.HttpTest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What the pod of {@code helm test} does, with the curl of this machine. */
@Tag("slow")
class HelmTestRequestTests extends HttpTest {

    @Test
    void helmTestPostsThePhotographAndSeesAVerdict() throws Exception {
        var asked = ask("cookie");

        assertThat(asked.status).as(asked.said).isZero();
        assertThat(asked.said).contains("\"anomalous\":", "\"name\":\"cookie\"");
    }

    @Test
    void helmTestFailsWithTheProblemWhereThereIsNoVerdict() throws Exception {
        var asked = ask("casting");

        assertThat(asked.status).isNotZero();
        assertThat(asked.said).contains("urn:draem:problem:unknown-model");
    }

    private record Asked(int status, String said) {}

    private Asked ask(String model) throws Exception {
        var pod = HelmChart.render("Pod", "test: {model: " + model + "}");
        var command = new ArrayList<String>();
        command.add("curl");
        pod.list("spec.containers.0.args")
                .forEach(word -> command.add(word.toString()
                        .replace("http://line-draem:8080", http.base())
                        .replace("/etc/draem/test/", TestModels.file("helm/files") + "/")));
        try {
            var process = new ProcessBuilder(command).redirectErrorStream(true).start();
            var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return new Asked(process.waitFor(), said);
        } catch (IOException e) {
            assumeThat(false).as("curl is on the PATH: %s", e.getMessage()).isTrue();
            throw e;
        }
    }
}
