package io.draem.service.protocol;

import io.draem.service.detection.DetectionException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/** Walks over the tokens of a JSON text, and says what should have been there. */
final class JsonCursor {

    /** Each different name takes some hundred bytes of memory, whatever its value is: a body can hold millions. */
    private static final int MAX_NAMES = 1_000;

    private final JsonParser parser;
    private int names;

    JsonCursor(JsonParser parser) {
        this.parser = parser;
    }

    interface Member {

        /** Reads a member's value, the first token of which is the current one. */
        void read(String name) throws DetectionException;
    }

    interface Element {

        /** Reads an element, the first token of which is the current one. */
        void read() throws DetectionException;
    }

    /** Reads the object that begins with the current token. */
    void object(String what, Member member) throws DetectionException {
        require(JsonToken.START_OBJECT, what + " must be a JSON object");
        for (String name = parser.nextName(); name != null; name = parser.nextName()) {
            countName();
            parser.nextToken();
            member.read(name);
        }
    }

    /** Reads the array that begins with the current token. */
    void array(String name, Element element) throws DetectionException {
        require(JsonToken.START_ARRAY, "'" + name + "' must be an array");
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            element.read();
        }
    }

    /** Passes over the value that begins with the current token. */
    void skip() throws DetectionException {
        int depth = parser.currentToken().isStructStart() ? 1 : 0;
        while (depth > 0) {
            switch (parser.nextToken()) {
                case START_OBJECT, START_ARRAY -> depth++;
                case END_OBJECT, END_ARRAY -> depth--;
                case PROPERTY_NAME -> countName();
                default -> {}
            }
        }
    }

    private void countName() throws DetectionException {
        if (++names > MAX_NAMES) {
            throw Invalid.request(
                    "The JSON has more than " + MAX_NAMES + " names: leave out what the model does not need");
        }
    }

    String string(String name) throws DetectionException {
        require(JsonToken.VALUE_STRING, "'" + name + "' must be a string");
        return parser.getString();
    }

    /** Returns a whole number of 0 or more. */
    long number(String name) throws DetectionException {
        String otherwise = "'" + name + "' must be whole numbers of 0 or more";
        require(JsonToken.VALUE_NUMBER_INT, otherwise);
        long value = parser.getLongValue();
        if (value < 0) {
            throw Invalid.request(otherwise);
        }
        return value;
    }

    boolean flag(String name) throws DetectionException {
        JsonToken token = parser.currentToken();
        if (token != JsonToken.VALUE_TRUE && token != JsonToken.VALUE_FALSE) {
            throw Invalid.request("'" + name + "' must be true or false");
        }
        return token == JsonToken.VALUE_TRUE;
    }

    void require(JsonToken token, String otherwise) throws DetectionException {
        if (parser.currentToken() != token) {
            throw Invalid.request(otherwise);
        }
    }
}
