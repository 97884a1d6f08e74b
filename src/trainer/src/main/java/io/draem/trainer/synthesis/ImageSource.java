package io.draem.trainer.synthesis;

/**
 * Images of one size, numbered from 0; safe for several threads.
 *
 * @param <T> the form of an image; what is returned must not be changed
 */
public interface ImageSource<T> {

    /** Returns how many there are. */
    int size();

    /**
     * Returns one of them.
     *
     * @throws java.io.UncheckedIOException if it cannot be read
     */
    T get(int index);
}
