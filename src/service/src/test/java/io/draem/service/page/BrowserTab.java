package io.draem.service.page;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** A tab of the browser, used as a person would: by files, keys and what is to be seen. */
final class BrowserTab {

    private static final Map<String, Integer> KEYS =
            Map.of("Tab", 9, "Enter", 13, "PageUp", 33, "PageDown", 34, "End", 35, "Home", 36, "v", 86);

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
            })""".formatted(condition, condition.replace("\\", "\\\\").replace("\"", "\\\"")));
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

    private static Map<String, Object> key(String name) {
        return Map.of("key", name, "code", name.equals("v") ? "KeyV" : name, "windowsVirtualKeyCode", KEYS.get(name));
    }

    private static String absolute(Path file) {
        return file.toAbsolutePath().normalize().toString();
    }
}
