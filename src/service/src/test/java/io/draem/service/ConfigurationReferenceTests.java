package io.draem.service;

import static io.draem.model.ReferencePage.code;
import static io.draem.model.ReferencePage.prose;
import static io.draem.model.ReferencePage.table;

import com.sun.source.doctree.DocTree;
import com.sun.source.doctree.LinkTree;
import com.sun.source.doctree.LiteralTree;
import com.sun.source.doctree.ParamTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePathScanner;
import io.draem.model.ReferencePage;
import io.draem.model.TestModels;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Parameter;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DataObjectPropertyName;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.bind.Name;
import org.springframework.context.annotation.ClassPathScanningCandidateComponentProvider;
import org.springframework.core.type.filter.AnnotationTypeFilter;

/** The reference of the configuration, and the chart's list, have all properties: names, defaults and Javadoc of their records. */
class ConfigurationReferenceTests {

    /** Groups that have a part of the page; the other properties are in the part of {@code draem}. */
    private static final List<String> GROUPS =
            List.of("draem.models", "draem.inference", "draem.shutdown", "draem.security");

    private static final Pattern DEFAULT = Pattern.compile("(?s)(.*?)[.;]?\\s+[Dd]efault: (.*)");

    @Test
    void listsAllPropertiesWithDefaultsAndMeanings() throws Exception {
        Map<String, String> descriptions = descriptions();
        Map<String, List<List<String>>> groups = new LinkedHashMap<>();
        for (Class<?> type : types()) {
            add(type.getAnnotation(ConfigurationProperties.class).value(), type, descriptions, groups);
        }
        Map<String, String> parts = new TreeMap<>();
        groups.forEach((group, rows) -> parts.put(group, table(List.of("property", "default", "meaning"), rows)));
        ReferencePage.check("configuration.md", parts);
    }

    @Test
    void theChartKnowsEveryPropertyAndNoOther() throws Exception {
        PropertyNames names = new PropertyNames(types());
        ReferencePage.check(
                TestModels.file("helm/files/properties.txt"),
                names.all().stream()
                        .map(name -> names.contains(name.append("x")) ? name + ".*\n" : name + "\n")
                        .sorted()
                        .collect(Collectors.joining()));
    }

    /** Returns the records of the service's properties, in the order of their packages. */
    static List<Class<?>> types() {
        var scan = new ClassPathScanningCandidateComponentProvider(false);
        scan.addIncludeFilter(new AnnotationTypeFilter(ConfigurationProperties.class));
        List<Class<?>> types = new ArrayList<>();
        scan.findCandidateComponents("io.draem.service").stream()
                .map(found -> found.getBeanClassName())
                .sorted()
                .forEach(name -> {
                    try {
                        types.add(Class.forName(name));
                    } catch (ClassNotFoundException e) {
                        throw new AssertionError(e);
                    }
                });
        return types;
    }

    private static void add(
            String prefix, Class<?> type, Map<String, String> descriptions, Map<String, List<List<String>>> groups) {
        for (Parameter parameter : constructor(type).getParameters()) {
            Name given = parameter.getAnnotation(Name.class);
            String last = given != null ? given.value() : DataObjectPropertyName.toDashedForm(parameter.getName());
            String name = prefix + "." + last;
            if (parameter.getType().isRecord()) {
                add(name, parameter.getType(), descriptions, groups);
                continue;
            }
            String description = descriptions.get(type.getSimpleName() + "." + parameter.getName());
            Matcher described = DEFAULT.matcher(description);
            boolean inWords = described.matches();
            DefaultValue value = parameter.getAnnotation(DefaultValue.class);
            String key = Map.class.isAssignableFrom(parameter.getType()) ? ".<key>" : "";
            groups.computeIfAbsent(
                            GROUPS.stream().filter(name::startsWith).findFirst().orElse("draem"),
                            group -> new ArrayList<>())
                    .add(List.of(
                            code(name + key),
                            inWords
                                    ? described.group(2)
                                    : value != null && value.value().length > 0
                                            ? code(String.join(",", value.value()))
                                            : parameter.getType() == boolean.class ? code(false) : "none",
                            inWords ? described.group(1) : description));
        }
    }

    private static Constructor<?> constructor(Class<?> type) {
        Class<?>[] components = Arrays.stream(type.getRecordComponents())
                .map(RecordComponent::getType)
                .toArray(Class<?>[]::new);
        return Arrays.stream(type.getDeclaredConstructors())
                .filter(constructor -> Arrays.equals(constructor.getParameterTypes(), components))
                .findFirst()
                .orElseThrow();
    }

    /** Returns the Javadoc of the parameters of all records, as the JDK reads it, by {@code Record.parameter}. */
    private static Map<String, String> descriptions() throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        Map<String, String> descriptions = new HashMap<>();
        try (StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, null)) {
            var task = (JavacTask) compiler.getTask(
                    null, manager, null, List.of("-proc:none"), null, manager.getJavaFileObjectsFromPaths(sources()));
            DocTrees trees = DocTrees.instance(task);
            var scanner = new TreePathScanner<Void, Void>() {
                @Override
                public Void visitClass(ClassTree type, Void none) {
                    var comment = trees.getDocCommentTree(getCurrentPath());
                    if (comment != null) {
                        for (DocTree tag : comment.getBlockTags()) {
                            if (tag instanceof ParamTree parameter) {
                                descriptions.put(
                                        type.getSimpleName() + "." + parameter.getName(),
                                        markdown(parameter.getDescription()));
                            }
                        }
                    }
                    return super.visitClass(type, none);
                }
            };
            task.parse().forEach(unit -> scanner.scan(unit, null));
        }
        return descriptions;
    }

    private static List<Path> sources() throws IOException {
        List<Path> sources = new ArrayList<>();
        for (String module : List.of("runtime", "service")) {
            try (Stream<Path> files = Files.walk(TestModels.file("src/" + module + "/src/main/java"))) {
                files.filter(file -> file.toString().matches(".*(Properties|Options|Configuration)\\.java"))
                        .forEach(sources::add);
            }
        }
        return sources;
    }

    private static String markdown(List<? extends DocTree> description) {
        String text = description.stream()
                .map(part -> part instanceof LiteralTree literal
                        ? code(literal.getBody().getBody().strip())
                        : part instanceof LinkTree link ? code(link.getReference()) : prose(part.toString()))
                .collect(Collectors.joining(" "));
        String plain =
                text.replaceAll("\\s+", " ").replaceAll(" ([,.;:)])", "$1").replaceAll("\\( ", "(");
        return Character.toUpperCase(plain.charAt(0)) + plain.substring(1);
    }
}
