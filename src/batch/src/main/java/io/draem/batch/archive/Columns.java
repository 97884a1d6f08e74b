package io.draem.batch.archive;

import static org.apache.spark.sql.functions.col;

import java.util.Locale;
import java.util.Set;
import org.apache.spark.sql.Column;

/** Names of the columns of a list of images. */
public final class Columns {

    /** Where the image is, as a full URI; in a table, whatever names it there. */
    public static final String PATH = "path";

    /** Size of the image file in bytes; null where it cannot be read. */
    public static final String LENGTH = "length";

    /** Time of the last change of the file; null where it is not known. */
    public static final String MODIFIED = "modificationTime";

    /** Bytes of the image file, of images in a table. */
    public static final String CONTENT = "content";

    /** SHA-256 of those bytes, in hex; null where they are not in a table. */
    public static final String CONTENT_DIGEST = "contentDigest";

    /** Why the file cannot be read; null where it can. */
    public static final String PROBLEM = "problem";

    /** Start of the names of columns that are not written, which no other column may have. */
    public static final String INTERNAL = "_draem_";

    /** Columns of a list; those of a manifest or table that are carried follow them. */
    static final Set<String> ALL = Set.of(PATH, LENGTH, MODIFIED, CONTENT, CONTENT_DIGEST, PROBLEM);

    private Columns() {}

    /** Returns whether a name, in any case, is one of these. */
    public static boolean isOwn(String name) {
        return ALL.stream().anyMatch(own -> own.toLowerCase(Locale.ROOT).equals(name.toLowerCase(Locale.ROOT)));
    }

    /** Returns the column of a name: one with dots is no field of a structure. */
    public static Column quoted(String name) {
        return col("`" + name.replace("`", "``") + "`");
    }
}
