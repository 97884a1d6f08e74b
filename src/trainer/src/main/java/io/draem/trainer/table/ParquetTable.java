package io.draem.trainer.table;

import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;

import java.io.IOException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.conf.ParquetConfiguration;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetFileWriter;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.api.WriteSupport;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.RecordConsumer;
import org.apache.parquet.schema.ConversionPatterns;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimeUnit;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Types;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A table as Parquet, with arrays and strings as Spark writes them and times in microseconds. Not compressed: dictionaries
 * make what repeats small, and each codec would be a library with native code.
 */
public final class ParquetTable implements TableWriter {

    /** Bytes of rows that are held before they are written. */
    private static final long ROW_GROUP = 16 << 20;

    private final ParquetWriter<JsonNode> writer;

    /** @param file to create, or to replace */
    public ParquetTable(Path file) throws IOException {
        writer = new Builder(new LocalOutputFile(file))
                .withConf(new PlainParquetConfiguration())
                .withWriteMode(ParquetFileWriter.Mode.OVERWRITE)
                .withRowGroupSize(ROW_GROUP)
                .build();
    }

    @Override
    public void add(JsonNode line) throws IOException {
        writer.write(line);
    }

    @Override
    public void close() throws IOException {
        writer.close();
    }

    private static final class Builder extends ParquetWriter.Builder<JsonNode, Builder> {

        Builder(OutputFile file) {
            super(file);
        }

        @Override
        protected Builder self() {
            return this;
        }

        @Override
        protected WriteSupport<JsonNode> getWriteSupport(ParquetConfiguration configuration) {
            return new Rows();
        }

        @Override
        protected WriteSupport<JsonNode> getWriteSupport(Configuration configuration) {
            return new Rows();
        }
    }

    /** Writes the values of a line into the columns. */
    private static final class Rows extends WriteSupport<JsonNode> {

        private @Nullable RecordConsumer out;

        @Override
        public WriteContext init(ParquetConfiguration configuration) {
            return new WriteContext(new MessageType("predictions", types(Column.ALL)), Map.of());
        }

        @Override
        public WriteContext init(Configuration configuration) {
            return init(new PlainParquetConfiguration());
        }

        private static List<Type> types(List<Column> columns) {
            return columns.stream().map(Rows::type).toList();
        }

        private static Type type(Column column) {
            return switch (column.type()) {
                case STRING, PATH ->
                    Types.optional(PrimitiveTypeName.BINARY)
                            .as(LogicalTypeAnnotation.stringType())
                            .named(column.name());
                case LONG -> Types.optional(PrimitiveTypeName.INT64).named(column.name());
                case INTEGER -> Types.optional(PrimitiveTypeName.INT32).named(column.name());
                case DOUBLE -> Types.optional(PrimitiveTypeName.DOUBLE).named(column.name());
                case BOOLEAN -> Types.optional(PrimitiveTypeName.BOOLEAN).named(column.name());
                case TIMESTAMP ->
                    Types.optional(PrimitiveTypeName.INT64)
                            .as(LogicalTypeAnnotation.timestampType(true, TimeUnit.MICROS))
                            .named(column.name());
                case ARRAY ->
                    ConversionPatterns.listOfElements(
                            Type.Repetition.OPTIONAL,
                            column.name(),
                            Types.optionalGroup()
                                    .addFields(types(column.fields()).toArray(Type[]::new))
                                    .named("element"));
            };
        }

        @Override
        public void prepareForWrite(RecordConsumer consumer) {
            out = consumer;
        }

        @Override
        public void write(JsonNode line) {
            RecordConsumer consumer = out;
            if (consumer == null) {
                throw new IllegalStateException("A row comes before the file is open");
            }
            consumer.startMessage();
            write(Column.ALL, line, consumer);
            consumer.endMessage();
        }

        private static void write(List<Column> columns, JsonNode object, RecordConsumer out) {
            for (int i = 0; i < columns.size(); i++) {
                Column column = columns.get(i);
                JsonNode value = column.value(object);
                Long micros = column.type() == Column.Type.TIMESTAMP ? micros(value) : Long.valueOf(0);
                if (value == null || micros == null) {
                    continue;
                }
                out.startField(column.name(), i);
                switch (column.type()) {
                    case STRING, PATH -> out.addBinary(Binary.fromString(value.asString()));
                    case LONG -> out.addLong(value.longValue());
                    case INTEGER -> out.addInteger(value.intValue());
                    case DOUBLE -> out.addDouble(value.doubleValue());
                    case BOOLEAN -> out.addBoolean(value.booleanValue());
                    case TIMESTAMP -> out.addLong(micros);
                    case ARRAY -> writeArray(column.fields(), value, out);
                }
                out.endField(column.name(), i);
            }
        }

        private static void writeArray(List<Column> fields, JsonNode array, RecordConsumer out) {
            out.startGroup();
            if (!array.isEmpty()) {
                out.startField("list", 0);
                for (JsonNode element : array) {
                    out.startGroup();
                    out.startField("element", 0);
                    out.startGroup();
                    write(fields, element, out);
                    out.endGroup();
                    out.endField("element", 0);
                    out.endGroup();
                }
                out.endField("list", 0);
            }
            out.endGroup();
        }

        /** Returns microseconds since 1970; null for a time that they cannot express, as a damaged file system may have. */
        private static @Nullable Long micros(@Nullable JsonNode time) {
            try {
                return time == null ? null : ChronoUnit.MICROS.between(Instant.EPOCH, Instant.parse(time.asString()));
            } catch (DateTimeException | ArithmeticException e) {
                return null;
            }
        }
    }
}
