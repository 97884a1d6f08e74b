package io.draem.trainer.report;

import io.draem.report.Html;
import io.draem.score.Region;
import io.draem.text.Counted;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Draws examples: the original, what the model found, and the true defect side by side. */
final class ExampleFigures {

    private ExampleFigures() {}

    static String of(List<Example> examples) {
        StringBuilder html = new StringBuilder();
        for (Example.Kind kind : Example.Kind.values()) {
            List<Example> some =
                    examples.stream().filter(example -> example.kind() == kind).toList();
            if (!some.isEmpty()) {
                html.append("<h3>%s</h3><p>%s</p><div class=\"grid\">%n"
                        .formatted(Html.escape(kind.title()), Html.escape(kind.explanation())));
                some.forEach(example -> html.append(figure(example, "e" + examples.indexOf(example))));
                html.append("</div>\n");
            }
        }
        return html.toString();
    }

    private static String figure(Example example, String id) {
        String name = Html.escape(example.id());
        ExampleView part = example.part();
        return """
                <figure class="example"><figcaption>%s <span class="score">score %s</span></figcaption>
                %s%s</figure>
                """.formatted(
                        name,
                        Html.figure(example.score()),
                        pictures(example, example.whole(), name, "image", id),
                        part == null
                                ? ""
                                : pictures(
                                        example,
                                        part,
                                        name + ", the part from column " + part.left() + " and row " + part.top(),
                                        "part of " + part.width() + "×" + part.height() + " pixels",
                                        id + "p"));
    }

    private static String pictures(Example example, ExampleView view, String name, String caption, String id) {
        List<Region> outlines = view.truth();
        String truth = !example.anomalous() ? "no defect" : outlines == null ? "defect without a mask" : "true defect";
        return """
                <div class="three">
                <div>%s<span>%s</span></div><div>%s<span>found</span></div><div>%s<span>%s</span></div>
                </div>
                """.formatted(
                picture(
                        view,
                        name + " as the model saw it",
                        "<image id=\"" + id + "\" width=\"" + view.width() + "\" height=\"" + view.height()
                                + "\" href=\"" + data(view.original()) + "\"/>"),
                caption,
                picture(
                        view,
                        name + " with " + Counted.of(view.found().size(), "region") + " that the model found",
                        "<image width=\"" + view.width() + "\" height=\"" + view.height() + "\" href=\""
                                + data(view.heat()) + "\"/>" + polygons("found", view.found())),
                picture(
                        view,
                        name + ": " + truth,
                        "<use href=\"#" + id + "\"/>" + polygons("truth", outlines == null ? List.of() : outlines)),
                truth);
    }

    private static String picture(ExampleView view, String title, String content) {
        return String.format(
                Locale.ROOT,
                "<svg viewBox=\"0 0 %d %d\" role=\"img\"><title>%s</title>%s</svg>",
                view.width(),
                view.height(),
                title,
                content);
    }

    private static String polygons(String style, List<Region> regions) {
        return regions.stream()
                .map(region -> "<polygon class=\"" + style + "\" points=\""
                        + region.polygon().stream()
                                .map(point -> point.x() + "," + point.y())
                                .collect(Collectors.joining(" "))
                        + "\"/>")
                .collect(Collectors.joining());
    }

    private static String data(byte[] jpeg) {
        return "data:image/jpeg;base64," + Base64.getEncoder().encodeToString(jpeg);
    }
}
