package io.draem.service.models;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.bind.Name;

/**
 * Where models are and which one answers.
 *
 * @param directory holds {@code <name>/<version>/model.onnx}; the highest version of each name is served
 * @param defaultModel name of the model that answers when a request names none; not needed where there is only one
 */
@ConfigurationProperties("draem.models")
public record ModelProperties(
        @DefaultValue("models") Path directory,
        @Name("default") @Nullable String defaultModel) {}
