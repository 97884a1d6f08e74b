package io.draem.trainer.table;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVPrinter;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A table as CSV (RFC 4180) in UTF-8, with a header. A value that is null is an empty cell, an array the JSON text of the
 * line. File names come from others, and a spreadsheet would run a cell such as {@code =cmd|...} as a formula: a path that
 * begins like one gets {@code ./} before it and remains the same path, any other text an apostrophe.
 */
public final class CsvTable implements TableWriter {

    /** What makes a cell a formula; a tab and a carriage return are skipped before one. */
    private static final String FORMULA = "=+-@\t\r";

    private final CSVPrinter printer;

    /** @param file to create, or to replace */
    public CsvTable(Path file) throws IOException {
        String[] header = Column.ALL.stream().map(Column::name).toArray(String[]::new);
        printer = new CSVPrinter(
                Files.newBufferedWriter(file, StandardCharsets.UTF_8),
                CSVFormat.RFC4180.builder().setHeader(header).get());
    }

    @Override
    public void add(JsonNode line) throws IOException {
        for (Column column : Column.ALL) {
            printer.print(cell(column, column.value(line)));
        }
        printer.println();
    }

    private static @Nullable String cell(Column column, @Nullable JsonNode value) {
        if (value == null) {
            return null;
        }
        return switch (column.type()) {
            case PATH -> guarded("./", value.asString());
            case STRING -> guarded("'", value.asString());
            default -> value.isContainer() ? value.toString() : value.asString();
        };
    }

    private static String guarded(String guard, String text) {
        return !text.isEmpty() && FORMULA.indexOf(text.charAt(0)) >= 0 ? guard + text : text;
    }

    @Override
    public void close() throws IOException {
        printer.close(true);
    }
}
