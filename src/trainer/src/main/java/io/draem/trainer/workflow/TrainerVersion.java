package io.draem.trainer.workflow;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;
import tools.jackson.databind.node.ObjectNode;

/** The version of this build, from the jar's manifest. */
public final class TrainerVersion {

    private TrainerVersion() {}

    /** Returns the version, {@code development} when run from class files. */
    public static String current() {
        String version = TrainerVersion.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }

    /** Returns the commit that this build was made of, {@code unknown} where it was made outside a git checkout. */
    static String gitCommit() {
        Properties git = new Properties();
        try (InputStream in = TrainerVersion.class.getResourceAsStream("/git.properties")) {
            if (in != null) {
                git.load(in);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return git.getProperty("git.commit.id", "unknown");
    }

    /** Notes in a model's metadata which build made it. */
    static void writeTo(ObjectNode training) {
        training.put("trainer", current()).put("gitCommit", gitCommit());
    }
}
