package io.draem.trainer.cli;

import io.draem.frame.FrameSize;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.schema.FailsafeSchema;

/** Options as YAML: names without dashes, a value or a list of values for each. Every value is read as text. */
final class OptionFile {

    private static final String BYTE_ORDER_MARK = "\uFEFF"; // written by editors on Windows

    /** Limit on the length of a file. */
    private static final int MAX_CHARACTERS = 64 * 1024;

    private OptionFile() {}

    /**
     * Returns the options' values by name, lists with commas between.
     *
     * @throws IllegalArgumentException naming the problem and the line
     */
    static Map<String, String> read(String yaml) {
        LoadSettings settings = LoadSettings.builder()
                .setSchema(new FailsafeSchema())
                .setAllowDuplicateKeys(false)
                .setMaxAliasesForCollections(0)
                .setCodePointLimit(MAX_CHARACTERS)
                .build();
        Object document;
        try {
            Iterator<Node> documents =
                    new Compose(settings).composeAllFromString(yaml).iterator();
            if (!documents.hasNext() || documents.next().getTag().equals(Tag.NULL)) {
                return Map.of(); // an empty file, or nothing but comments
            }
            if (documents.hasNext()) {
                throw new IllegalArgumentException(
                        "it must be one YAML document, without a line '---' between options");
            }
            document = new Load(settings).loadFromString(yaml);
        } catch (MarkedYamlEngineException e) {
            String problem = e.getProblem().endsWith(":null") // the tag of an empty value
                    ? "an option has no value (leave it out for the default)"
                    : e.getProblem();
            throw new IllegalArgumentException(problem
                    + e.getProblemMark()
                            .map(mark -> " in line " + (mark.getLine() + 1))
                            .orElse(""));
        } catch (YamlEngineException e) {
            throw new IllegalArgumentException(e.getMessage());
        }
        Map<String, String> values = new LinkedHashMap<>();
        if (!(document instanceof Map<?, ?> map)) {
            throw new IllegalArgumentException("it must consist of lines 'option: value'");
        }
        map.forEach((key, value) -> values.put(String.valueOf(key), text(String.valueOf(key), value)));
        return values;
    }

    private static String text(String key, Object value) {
        List<?> items = value instanceof List<?> list ? list : List.of(value);
        if (!items.stream().allMatch(String.class::isInstance)) {
            throw new IllegalArgumentException("'" + key + "' must have a value or a list of values");
        }
        String text = items.stream()
                .map(String.class::cast)
                .map(item -> item.strip().replaceAll("\\s*,\\s*", ","))
                .collect(Collectors.joining(","));
        if (text.isEmpty()) {
            throw new IllegalArgumentException("'" + key + "' has no value (leave it out for the default)");
        }
        return text;
    }

    /** Returns the YAML that {@link #read} reads those values from. */
    static String write(Map<String, ?> values) {
        Map<String, Object> texts = new LinkedHashMap<>();
        values.forEach((name, value) -> {
            if (value instanceof List<?> list) {
                texts.put(name, list.stream().map(OptionFile::text).toList());
            } else {
                texts.put(name, text(value));
            }
        });
        DumpSettings settings = DumpSettings.builder()
                .setSchema(new FailsafeSchema())
                .setDefaultFlowStyle(FlowStyle.AUTO)
                .setWidth(1000)
                .build();
        return new Dump(settings).dumpToString(texts);
    }

    private static String text(Object value) {
        if (value instanceof FrameSize size) {
            return String.valueOf(size.json());
        }
        return value instanceof Double number
                ? BigDecimal.valueOf(number).stripTrailingZeros().toPlainString()
                : String.valueOf(value);
    }

    /**
     * Returns the text of a file.
     *
     * @param name of the file in messages
     * @throws IllegalArgumentException if it cannot be read, is no UTF-8 or too long
     */
    static String text(Path file, String name) {
        String named = name + ": ";
        if (Files.isDirectory(file)) {
            throw new IllegalArgumentException(named + "it is a folder; name the file in it");
        }
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(MAX_CHARACTERS + 1); // a pipe does not say its size
            if (bytes.length > MAX_CHARACTERS) {
                throw new IllegalArgumentException(named + "it is longer than a file of options may be");
            }
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            return text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text;
        } catch (NoSuchFileException e) {
            throw new IllegalArgumentException(named + "there is no such file");
        } catch (AccessDeniedException e) {
            throw new IllegalArgumentException(named + "this user may not read it");
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException(named + "it is not UTF-8 text; save it as UTF-8");
        } catch (IOException e) {
            throw new IllegalArgumentException(named + "it cannot be read: " + e.getMessage());
        }
    }
}
