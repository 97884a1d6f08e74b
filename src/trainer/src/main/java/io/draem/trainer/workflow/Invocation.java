package io.draem.trainer.workflow;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import tools.jackson.databind.node.ObjectNode;

/**
 * The command line of this run and when it was given.
 *
 * @param program what starts the trainer, ready for a shell
 * @param arguments as they were given
 * @param date to the second
 */
public record Invocation(String program, List<String> arguments, Instant date) {

    /**
     * Returns that of a command that runs now.
     *
     * @param program the trainer's name, which stands where this process was not started from a jar
     */
    public static Invocation of(String program, List<String> arguments, Instant date) {
        String started = System.getProperty("sun.java.command", "").split(" ")[0];
        return new Invocation(
                started.endsWith(".jar") ? "java -jar " + quoted(started) : program,
                List.copyOf(arguments),
                date.truncatedTo(ChronoUnit.SECONDS));
    }

    /** Returns the command line, ready to be pasted into a shell. */
    String commandLine() {
        return commandLine(arguments);
    }

    /** Returns it with {@code --resume}. */
    String resuming() {
        List<String> given = new ArrayList<>(arguments);
        given.removeIf(argument -> argument.equals("--restart"));
        if (!given.contains("--resume")) {
            given.add("--resume");
        }
        return commandLine(given);
    }

    /** Adds command line and date to what a report shows. */
    public void writeTo(ObjectNode report) {
        report.putObject("run").put("command", commandLine()).put("date", date.toString());
    }

    private String commandLine(List<String> given) {
        return program + " " + given.stream().map(Invocation::quoted).collect(Collectors.joining(" "));
    }

    private static String quoted(String argument) {
        return argument.matches("[\\w@%+=:,./-]+") ? argument : "'" + argument.replace("'", "'\\''") + "'";
    }
}
