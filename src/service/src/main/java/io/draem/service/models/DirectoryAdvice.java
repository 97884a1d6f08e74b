package io.draem.service.models;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What an operator should know of a model directory though the service runs with it; nothing is said twice on end. */
final class DirectoryAdvice {

    private final @Nullable String defaultModel;
    private List<String> misplaced = List.of();
    private List<String> undecided = List.of();

    /**
     * @param defaultModel name of the model that answers when a request names none; null where none was configured
     */
    DirectoryAdvice(@Nullable String defaultModel) {
        this.defaultModel = defaultModel;
    }

    /**
     * Returns what has not been said at the last look, a sentence each.
     *
     * @param served names of the models in service
     */
    List<String> news(Path directory, List<String> served) {
        List<String> before = misplaced;
        misplaced = MisplacedGraphs.find(directory);
        List<String> news = new ArrayList<>(misplaced);
        news.removeAll(before);
        List<String> several = served.size() > 1 && defaultModel == null ? List.copyOf(served) : List.of();
        if (!several.isEmpty() && !several.equals(undecided)) {
            news.add("Requests without the parameter model are refused with 400, since several models are served ("
                    + String.join(", ", several) + "): draem.models.default names the one that answers them");
        }
        undecided = several;
        return news;
    }
}
