package io.draem.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import io.draem.model.TestModels;
import io.draem.service.api.HttpTest;
import java.nio.file.Path;
import java.util.ArrayList;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What the pod of {@code helm test} does, with the curl of this machine. */
@Tag("slow")
class HelmTestRequestTests extends HttpTest {

    @Test
    void helmTestPostsThePhotographAndSeesAVerdict() throws Exception {
        var request = post("cookie");

        assertThat(request.status()).as(request.all()).isZero();
        assertThat(request.all()).contains("\"anomalous\":", "\"name\":\"cookie\"");
    }

    @Test
    void helmTestFailsWithTheProblemWhereThereIsNoVerdict() throws Exception {
        var request = post("casting");

        assertThat(request.status()).isNotZero();
        assertThat(request.all()).contains("urn:draem:problem:unknown-model");
    }

    private Programs.Ended post(String model) throws Exception {
        Programs.require("curl");
        var pod = HelmChart.render("Pod", "test: {model: " + model + "}");
        var command = new ArrayList<String>();
        command.add("curl");
        pod.list("spec.containers.0.args")
                .forEach(word -> command.add(word.toString()
                        .replace("http://line-draem:8080", http.base())
                        .replace("/etc/draem/test/", TestModels.file("helm/files") + "/")));
        return Programs.end(Path.of("."), command);
    }
}
