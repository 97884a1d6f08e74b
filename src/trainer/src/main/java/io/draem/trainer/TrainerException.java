package io.draem.trainer;

/** Something that a person can mend: the message names the problem and the remedy, and is all that is printed. */
public final class TrainerException extends Exception {

    private static final long serialVersionUID = 1L;

    public TrainerException(String message) {
        super(message);
    }
}
