package io.draem.trainer.imported;

/** Names out of files that are not trusted, made fit to be shown. */
final class Names {

    private static final int LONGEST = 80;

    private Names() {}

    /** Returns the name in quotes, shortened, with anything but printable ASCII replaced. */
    static String quoted(String name) {
        StringBuilder shown = new StringBuilder("'");
        name.chars().limit(LONGEST).forEach(c -> shown.append(c >= ' ' && c < 0x7F ? (char) c : '?'));
        return shown.append(name.length() > LONGEST ? "…'" : "'").toString();
    }
}
