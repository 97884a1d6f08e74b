package io.draem.service;

import io.draem.service.startup.StartUpException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
import org.springframework.boot.origin.Origin;
import org.springframework.boot.origin.PropertySourceOrigin;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.PropertySources;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/**
 * Fails the start if a {@code draem.*} property is set that nothing reads. Environment variables cause a warning at most,
 * since Kubernetes derives others with that prefix, such as {@code DRAEM_PORT}, from a Service's name.
 */
final class PropertyCheck implements BeanFactoryPostProcessor {

    private static final Logger log = LoggerFactory.getLogger(PropertyCheck.class);

    private static final ConfigurationPropertyName PREFIX = ConfigurationPropertyName.of("draem");

    /** Read by application.yaml alone. */
    private static final String DIRECTORY_DEFAULT = "draem.models-directory-default";

    private final PropertySources sources;

    PropertyCheck(PropertySources sources) {
        this.sources = sources;
    }

    @Override
    public void postProcessBeanFactory(ConfigurableListableBeanFactory beans) {
        List<Class<?>> types = new ArrayList<>();
        for (String bean : beans.getBeanNamesForAnnotation(ConfigurationProperties.class)) {
            Class<?> type = beans.getType(bean, false);
            if (type != null && type.isRecord() && isOurs(type)) {
                types.add(type);
            }
        }
        check(new PropertyNames(types, DIRECTORY_DEFAULT));
    }

    private static boolean isOurs(Class<?> type) {
        ConfigurationProperties properties = type.getAnnotation(ConfigurationProperties.class);
        return properties != null
                && (properties.value().equals("draem") || properties.value().startsWith("draem."));
    }

    /**
     * Compares the properties that are set with those that are read.
     *
     * @throws StartUpException if one is set that is not read; the message has a line per property, with its source and
     *     the nearest name
     */
    void check(PropertyNames names) {
        List<String> unknown = new ArrayList<>();
        for (ConfigurationPropertySource source : ConfigurationPropertySources.from(sources)) {
            if (source.getUnderlyingSource() instanceof SystemEnvironmentPropertySource environment) {
                warn(environment.getSource().keySet(), names);
            } else if (source instanceof IterableConfigurationPropertySource iterable) {
                iterable.stream()
                        .filter(name -> PREFIX.isAncestorOf(name) && !names.contains(name))
                        .map(name -> Objects.requireNonNull(iterable.getConfigurationProperty(name)))
                        .filter(property -> !isEmptyGroup(property, names))
                        .map(property -> "There is no property " + property.getName() + ", which is set in "
                                + location(property, source) + "; the nearest is " + names.nearest(property.getName()))
                        .forEach(unknown::add);
            }
        }
        if (!unknown.isEmpty()) {
            throw new StartUpException(
                    String.join("\n", unknown),
                    "Correct the name or remove the property: nothing reads it. All properties are listed in"
                            + " src/docs/reference/configuration.md.");
        }
    }

    /** Returns whether it is what YAML yields for a group without members. */
    private static boolean isEmptyGroup(ConfigurationProperty property, PropertyNames names) {
        return "".equals(property.getValue()) && names.isAbove(property.getName());
    }

    private static String location(ConfigurationProperty property, ConfigurationPropertySource source) {
        Origin origin = property.getOrigin();
        if (origin instanceof PropertySourceOrigin whole) {
            origin = whole.getOrigin(); // the line of a file
        }
        if (origin != null) {
            return origin.toString();
        }
        if (!(source.getUnderlyingSource() instanceof PropertySource<?> properties)) {
            return "an unnamed source";
        }
        return switch (properties.getName()) {
            case "commandLineArgs" -> "the command line";
            case "systemProperties" -> "the JVM's system properties";
            default -> properties.getName();
        };
    }

    private static void warn(Set<String> variables, PropertyNames names) {
        for (String variable : variables) {
            if (variable.toUpperCase(Locale.ROOT).startsWith("DRAEM_")) {
                ConfigurationPropertyName nearest = names.misspelled(variable);
                if (nearest != null) {
                    log.warn(
                            "The environment variable {} is ignored: there is no such property; the nearest is {} ({})",
                            variable,
                            variable(nearest),
                            nearest);
                }
            }
        }
    }

    private static String variable(ConfigurationPropertyName name) {
        return String.join(
                "_",
                Arrays.stream(name.toString().split("\\."))
                        .map(element -> element.replace("-", "").toUpperCase(Locale.ROOT))
                        .toList());
    }
}
