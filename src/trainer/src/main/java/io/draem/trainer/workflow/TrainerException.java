package io.draem.trainer.workflow;

import io.draem.text.FileNameEncoding;
import java.nio.file.FileSystemException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;

/** Something that a person can correct: the message names the problem and the remedy, and is all that is printed. */
public final class TrainerException extends Exception {

    private static final long serialVersionUID = 1L;

    public TrainerException(String message) {
        super(message);
    }

    /** Returns what to print of any exception; of one that names a file alone, a sentence around that name. */
    public static String sentence(Exception e) {
        if (e instanceof NoSuchFileException) {
            return "There is no file or folder '" + e.getMessage() + "'";
        }
        if (e instanceof InvalidPathException name) {
            return FileNameEncoding.explain(name.getInput());
        }
        if (e instanceof FileSystemException) {
            return "Cannot use " + e.getMessage();
        }
        return e.getMessage() != null ? e.getMessage() : e.toString();
    }
}
