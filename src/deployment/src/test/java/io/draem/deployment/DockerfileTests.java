package io.draem.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The Dockerfile as it is read, without an engine. */
class DockerfileTests {

    @Test
    void namesTheVersionOfThePoms() throws IOException {
        String pom = Files.readString(Project.resolve("pom.xml"));
        assertThat(pom)
                .contains("<artifactId>draem-parent</artifactId>\n  <version>" + argument("VERSION") + "</version>");
    }

    @ParameterizedTest
    @EnumSource(BuiltImage.class)
    void endsEachImageAsAnOrdinaryUserWithAProgramThatNeedsNoShell(BuiltImage image) throws IOException {
        String stage =
                text().split("\nFROM \\S+ AS " + image.target() + "\n")[1].split("\nFROM ")[0];
        List<String> instructions = stage.lines()
                .filter(line -> line.matches("[A-Z]+ .*") && !line.startsWith("COPY"))
                .toList();
        assertThat(instructions).contains("USER 10001:10001").noneMatch(line -> line.startsWith("RUN"));
        assertThat(instructions)
                .as("file names outside ASCII")
                .anyMatch(line -> line.matches("ENV (.* )?LANG=C\\.UTF-8( .*)?"));
        assertThat(stage).containsPattern("\nENTRYPOINT \\[\"/opt/");
    }

    /** Maven reads the pom of each module, also of those that it does not build. */
    @Test
    void copiesThePomOfEachModule() throws IOException {
        List<String> modules = Pattern.compile("<module>(.+)</module>")
                .matcher(Files.readString(Project.resolve("pom.xml")))
                .results()
                .map(module -> module.group(1))
                .toList();
        assertThat(modules).contains("src/core");
        assertThat(text().lines())
                .containsAll(modules.stream()
                        .map(module -> "COPY " + module + "/pom.xml " + module + "/")
                        .toList());
        assertThat(Files.readAllLines(Project.resolve(".dockerignore")))
                .containsAll(modules.stream()
                        .map(module -> "!" + module + "/pom.xml")
                        .toList());
    }

    /** Returns the default of a build argument. */
    static String argument(String name) {
        try {
            var matcher = Pattern.compile("(?m)^ARG " + name + "=(\\S+)$").matcher(text());
            assertThat(matcher.find()).as(name).isTrue();
            return matcher.group(1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String text() throws IOException {
        return Files.readString(Project.resolve("Dockerfile"));
    }
}
