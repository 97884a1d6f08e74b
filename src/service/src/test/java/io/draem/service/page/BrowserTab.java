package io.draem.service.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** A tab of the browser, used as a person would: by files, mouse, fingers, keys and what is to be seen. */
final class BrowserTab {

    private static final Map<String, Integer> KEYS = Map.ofEntries(
            Map.entry("Backspace", 8),
            Map.entry("Tab", 9),
            Map.entry("Enter", 13),
            Map.entry("Escape", 27),
            Map.entry(" ", 32),
            Map.entry("PageUp", 33),
            Map.entry("PageDown", 34),
            Map.entry("End", 35),
            Map.entry("Home", 36),
            Map.entry("ArrowLeft", 37),
            Map.entry("ArrowUp", 38),
            Map.entry("ArrowRight", 39),
            Map.entry("ArrowDown", 40),
            Map.entry("0", 48),
            Map.entry("1", 49),
            Map.entry("+", 187),
            Map.entry("-", 189));

    private static final int CONTROL = 2;

    private final Browser browser;
    private final String session;

    BrowserTab(Browser browser, String session) throws Exception {
        this.browser = browser;
        this.session = session;
        for (String domain : new String[] {"Page", "Runtime", "Log", "Network"}) {
            send(domain + ".enable", Map.of());
        }
        size(1280, 800, false);
    }

    /** Loads a page and all that belongs to it. */
    void open(String address) throws Exception {
        send("Page.navigate", Map.of("url", address));
        await("document.readyState === 'complete'");
    }

    /** Returns the value of an expression. */
    JsonNode evaluate(String expression) throws Exception {
        JsonNode said = send(
                "Runtime.evaluate",
                Map.of("expression", expression, "awaitPromise", true, "returnByValue", true, "userGesture", true));
        if (said.has("exceptionDetails")) {
            throw new AssertionError(expression + ": " + said.get("exceptionDetails"));
        }
        return said.get("result").path("value");
    }

    /** Waits until a condition holds; the error holds the text of the page if it never does. */
    void await(String condition) throws Exception {
        evaluate("""
            new Promise((yes, no) => {
              const end = performance.now() + 30000;
              const look = () => (%1$s) ? yes()
                : performance.now() > end ? no(new Error("Never: %2$s\\n" + document.body.innerText))
                : setTimeout(look, 20);
              look();
            })""".formatted(
                condition, condition.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", " ")));
    }

    /** Waits for a verdict that the service itself has given. */
    void awaitVerdict(String verdict) throws Exception {
        await("document.querySelector('#verdict:not([data-waiting])[data-verdict=" + verdict + "]') !== null");
    }

    String text(String selector) throws Exception {
        return evaluate("document.querySelector('" + selector + "').innerText").asString();
    }

    boolean isShown(String selector) throws Exception {
        return evaluate("document.querySelector('" + selector + "').checkVisibility()")
                .asBoolean();
    }

    /** Chooses a file, as its dialogue would. */
    void choose(String selector, Path file) throws Exception {
        JsonNode input = send("Runtime.evaluate", Map.of("expression", "document.querySelector('" + selector + "')"));
        send(
                "DOM.setFileInputFiles",
                Map.of("objectId", input.at("/result/objectId").asString(), "files", List.of(absolute(file))));
    }

    /** Drops a file somewhere on the page. */
    void drop(Path file) throws Exception {
        Map<String, Object> data =
                Map.of("items", List.of(), "files", List.of(absolute(file)), "dragOperationsMask", 1);
        for (String type : new String[] {"dragEnter", "dragOver", "drop"}) {
            send("Input.dispatchDragEvent", Map.of("type", type, "x", 900, "y", 600, "data", data));
        }
    }

    /** Puts a picture on the clipboard and pastes it by keyboard. */
    void paste(byte[] png) throws Exception {
        browser.send(
                null,
                "Browser.grantPermissions",
                Map.of("permissions", List.of("clipboardReadWrite", "clipboardSanitizedWrite")));
        send("Page.bringToFront", Map.of());
        evaluate("""
            navigator.clipboard.write([new ClipboardItem({ "image/png":
              new Blob([Uint8Array.from(atob("%s"), (c) => c.charCodeAt(0))], { type: "image/png" }) })])
            """.formatted(Base64.getEncoder().encodeToString(png)));
        Map<String, Object> key = new HashMap<>(key("v"));
        key.putAll(Map.of("type", "keyDown", "modifiers", CONTROL, "commands", List.of("paste")));
        send("Input.dispatchKeyEvent", key);
    }

    void press(String name) throws Exception {
        Map<String, Object> key = new HashMap<>(key(name));
        key.put("type", "rawKeyDown");
        send("Input.dispatchKeyEvent", key);
        if (name.equals("Enter")) {
            send("Input.dispatchKeyEvent", Map.of("type", "char", "text", "\r"));
        }
        key.put("type", "keyUp");
        send("Input.dispatchKeyEvent", key);
    }

    void type(String text) throws Exception {
        send("Input.insertText", Map.of("text", text));
    }

    /** A position in the window, in CSS pixels. */
    record Position(double x, double y) {}

    /** Scrolls to an element and returns a position on it: (0, 0) is its top left, (1, 1) its bottom right corner. */
    Position on(String selector, double right, double down) throws Exception {
        JsonNode box = evaluate("""
            (() => {
              const element = document.querySelector("%s");
              element.scrollIntoView({ block: "center", behavior: "instant" });
              const { left, top, width, height } = element.getBoundingClientRect();
              return { left, top, width, height };
            })()""".formatted(selector));
        return new Position(
                box.get("left").asDouble() + right * box.get("width").asDouble(),
                box.get("top").asDouble() + down * box.get("height").asDouble());
    }

    void click(Position at) throws Exception {
        mouse("mousePressed", at, 1);
        mouse("mouseReleased", at, 0);
    }

    void drag(Position from, Position to) throws Exception {
        mouse("mousePressed", from, 1);
        mouse("mouseMoved", new Position((from.x() + to.x()) / 2, (from.y() + to.y()) / 2), 1);
        mouse("mouseMoved", to, 1);
        mouse("mouseReleased", to, 0);
    }

    /** Turns the wheel of the mouse; negative pixels turn it away from the person. */
    void wheel(Position at, int pixels) throws Exception {
        send(
                "Input.dispatchMouseEvent",
                Map.of("type", "mouseWheel", "x", at.x(), "y", at.y(), "deltaX", 0, "deltaY", pixels));
    }

    /** Moves two fingers, side by side, from one distance to another. */
    void pinch(Position middle, double from, double to) throws Exception {
        touch("touchStart", middle, from);
        touch("touchMove", middle, (from + to) / 2);
        touch("touchMove", middle, to);
        send("Input.dispatchTouchEvent", Map.of("type", "touchEnd", "touchPoints", List.of()));
    }

    /** Walks on by the Tab key until the element has the focus. */
    void tabTo(String id) throws Exception {
        for (int i = 0; i < 40; i++) {
            if (evaluate("document.activeElement.id").asString().equals(id)) {
                return;
            }
            press("Tab");
        }
        throw new AssertionError("The Tab key does not lead to " + id);
    }

    void size(int width, int height, boolean phone) throws Exception {
        send(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", phone ? 2 : 1, "mobile", phone));
        send("Emulation.setTouchEmulationEnabled", Map.of("enabled", phone));
    }

    void prefer(String feature, String value) throws Exception {
        send("Emulation.setEmulatedMedia", Map.of("features", List.of(Map.of("name", feature, "value", value))));
    }

    /** Keeps a picture of the whole page. */
    void screenshot(Path file) throws Exception {
        JsonNode picture = send("Page.captureScreenshot", Map.of("format", "png", "captureBeyondViewport", true));
        Files.createDirectories(file.getParent());
        Files.write(file, Base64.getDecoder().decode(picture.get("data").asString()));
    }

    /** Returns what axe finds to blame; skips the test where {@code draem.test.axe} names no axe.min.js. */
    String blamedByAxe() throws Exception {
        String axe = System.getProperty("draem.test.axe");
        assumeThat(axe)
                .as("-Ddraem.test.axe names no axe.min.js (npm pack axe-core)")
                .isNotNull();
        evaluate(Files.readString(Path.of(axe)) + "; 0");
        JsonNode found = evaluate("""
            axe.run().then(({ passes, violations }) => ({
              passed: passes.length,
              blamed: violations.flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${node.html}`)).join("; "),
            }))""");
        assertThat(found.get("passed").asInt()).isGreaterThan(20);
        return found.get("blamed").asString();
    }

    /** Waits until what has changed is drawn. */
    void awaitFrame() throws Exception {
        evaluate("new Promise((yes) => requestAnimationFrame(() => requestAnimationFrame(yes)))");
    }

    /** Returns all that the console shows in red. */
    List<String> complaints() {
        return Stream.of(
                        browser.events(session, "Runtime.exceptionThrown").stream(),
                        browser.events(session, "Runtime.consoleAPICalled").stream()
                                .filter(event -> event.get("type").asString().equals("error")),
                        browser.events(session, "Log.entryAdded").stream()
                                .filter(event ->
                                        event.at("/entry/level").asString().equals("error")))
                .flatMap(events -> events)
                .map(JsonNode::toString)
                .toList();
    }

    /** Returns the addresses of all requests. */
    List<String> requests() {
        return browser.events(session, "Network.requestWillBeSent").stream()
                .map(event -> event.at("/request/url").asString())
                .toList();
    }

    private JsonNode send(String method, Map<String, ?> parameters) throws Exception {
        return browser.send(session, method, parameters);
    }

    private void mouse(String type, Position at, int buttons) throws Exception {
        send(
                "Input.dispatchMouseEvent",
                Map.of("type", type, "x", at.x(), "y", at.y(), "button", "left", "buttons", buttons, "clickCount", 1));
    }

    private void touch(String type, Position middle, double distance) throws Exception {
        List<Map<String, ?>> fingers = List.of(
                Map.of("x", middle.x() - distance / 2, "y", middle.y(), "id", 1),
                Map.of("x", middle.x() + distance / 2, "y", middle.y(), "id", 2));
        send("Input.dispatchTouchEvent", Map.of("type", type, "touchPoints", fingers));
    }

    private static Map<String, Object> key(String name) {
        boolean letter = name.length() == 1 && Character.isLetter(name.charAt(0));
        String upper = name.toUpperCase(Locale.ROOT);
        return Map.of(
                "key",
                name,
                "code",
                letter ? "Key" + upper : name,
                "windowsVirtualKeyCode",
                letter ? (int) upper.charAt(0) : KEYS.get(name));
    }

    private static String absolute(Path file) {
        return file.toAbsolutePath().normalize().toString();
    }
}
