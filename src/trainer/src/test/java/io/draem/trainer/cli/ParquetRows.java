package io.draem.trainer.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.convert.GroupRecordConverter;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.io.ColumnIOFactory;
import org.apache.parquet.io.LocalInputFile;
import org.apache.parquet.io.RecordReader;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Reads the rows of a Parquet file; what is null is left out. */
final class ParquetRows {

    private ParquetRows() {}

    static List<JsonNode> read(Path file) throws IOException {
        List<JsonNode> rows = new ArrayList<>();
        ParquetReadOptions options =
                ParquetReadOptions.builder(new PlainParquetConfiguration()).build();
        try (ParquetFileReader reader = ParquetFileReader.open(new LocalInputFile(file), options)) {
            MessageType schema = reader.getFooter().getFileMetaData().getSchema();
            for (PageReadStore pages = reader.readNextRowGroup(); pages != null; pages = reader.readNextRowGroup()) {
                RecordReader<Group> records = new ColumnIOFactory()
                        .getColumnIO(schema)
                        .getRecordReader(pages, new GroupRecordConverter(schema));
                for (long i = 0; i < pages.getRowCount(); i++) {
                    rows.add(object(records.read()));
                }
            }
        }
        return rows;
    }

    private static ObjectNode object(Group group) {
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        for (Type type : group.getType().getFields()) {
            String name = type.getName();
            if (group.getFieldRepetitionCount(name) == 0) {
                continue;
            }
            if (!type.isPrimitive()) {
                Group list = group.getGroup(name, 0);
                ArrayNode array = object.putArray(name);
                for (int i = 0; i < list.getFieldRepetitionCount(0); i++) {
                    array.add(object(list.getGroup(0, i).getGroup(0, 0)));
                }
                continue;
            }
            switch (type.asPrimitiveType().getPrimitiveTypeName()) {
                case INT32 -> object.put(name, group.getInteger(name, 0));
                case INT64 -> object.put(name, group.getLong(name, 0));
                case DOUBLE -> object.put(name, group.getDouble(name, 0));
                case BOOLEAN -> object.put(name, group.getBoolean(name, 0));
                default -> object.put(name, group.getString(name, 0));
            }
        }
        return object;
    }
}
