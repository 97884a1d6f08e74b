package io.draem.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import com.marcnuri.helm.Helm;
import com.marcnuri.helm.LintResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.yaml.snakeyaml.Yaml;

/** The project's chart, rendered by Helm's own library: hooks, which it leaves out, as the ordinary objects they are. */
public final class HelmChart {

    static final Path DIRECTORY =
            Path.of(System.getProperty("project.root", "../..")).resolve("helm");

    /** What Kubernetes says of its objects. */
    static final Path KUBERNETES = DIRECTORY.resolveSibling("src/deployment/src/test/resources/kubernetes");

    private static final Path WITHOUT_HOOKS = copyWithoutHooks();

    private HelmChart() {}

    static LintResult lint() {
        return new Helm(DIRECTORY).lint().strict().call();
    }

    /** Renders the chart with the given YAML over its default values; throws what Helm says when it refuses them. */
    static List<Manifest> render(String values) {
        return renderFor("1.36.0", values);
    }

    /** Renders it for a cluster of that version. */
    static List<Manifest> renderFor(String kubernetes, String values) {
        try {
            var file = Files.createTempFile("values", ".yaml");
            try {
                Files.writeString(file, values);
                var rendered = new Helm(WITHOUT_HOOKS)
                        .template()
                        .withName("line")
                        .withNamespace("plant")
                        .withKubeVersion(kubernetes)
                        .withValuesFile(file)
                        .call();
                return parse(rendered);
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static Manifest render(String kind, String values) {
        var found = ofKind(kind, render(values));
        assertThat(found).as("objects of kind %s", kind).hasSize(1);
        return found.get(0);
    }

    static List<Manifest> ofKind(String kind, List<Manifest> manifests) {
        return manifests.stream()
                .filter(manifest -> manifest.kind().equals(kind))
                .toList();
    }

    /** The service's configuration in the rendered config map. */
    static Manifest configuration(String values) {
        return new Manifest(new Yaml().load(configurationText(values)));
    }

    static String configurationText(String values) {
        var found = ofKind("ConfigMap", render(values)).stream()
                .filter(map -> map.map("data").containsKey("application.yaml"))
                .toList();
        assertThat(found).as("config maps with application.yaml").hasSize(1);
        return (String) found.get(0).map("data").get("application.yaml");
    }

    static Map<?, ?> defaultValues() {
        try (var reader = Files.newBufferedReader(DIRECTORY.resolve("values.yaml"))) {
            return new Yaml().load(reader);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Manifest> parse(String rendered) {
        var manifests = new ArrayList<Manifest>();
        for (var document : new Yaml().loadAll(rendered)) {
            if (document instanceof Map<?, ?> content) {
                manifests.add(new Manifest(content));
            }
        }
        return manifests;
    }

    private static Path copyWithoutHooks() {
        try (var files = Files.walk(DIRECTORY)) {
            var copy = Files.createTempDirectory("chart");
            for (var file : files.toList()) {
                var target = copy.resolve(DIRECTORY.relativize(file).toString());
                target.toFile().deleteOnExit(); // folders come first and go last
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                    continue;
                }
                if (file.toString().contains("templates")) {
                    Files.writeString(target, Files.readString(file).replace("helm.sh/hook: test", "hook: test"));
                } else {
                    Files.copy(file, target);
                }
            }
            return copy;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
