package io.draem.service.protocol;

import static io.draem.model.ReferencePage.code;
import static io.draem.model.ReferencePage.table;

import io.draem.model.ReferencePage;
import io.draem.model.TestModels;
import io.draem.service.api.Http;
import io.draem.service.api.HttpTest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** The reference of the Open Inference Protocol lists the paths of the service, and the tensors of the shipped model. */
class ProtocolReferenceTests extends HttpTest {

    @Autowired
    @Qualifier("requestMappingHandlerMapping")
    private RequestMappingHandlerMapping mappings;

    @Test
    void listsEndpointsAndTensors() throws Exception {
        Map<String, String> endpoints = new TreeMap<>();
        mappings.getHandlerMethods()
                .keySet()
                .forEach(mapping -> mapping.getPatternValues().stream()
                        .filter(path -> path.startsWith("/v2"))
                        .forEach(path -> mapping.getMethodsCondition()
                                .getMethods()
                                .forEach(method -> endpoints.put(path, method.name()))));
        List<List<String>> rows = new ArrayList<>();
        endpoints.forEach((path, method) -> rows.add(List.of(code(method), code(path))));
        JsonNode model = new ObjectMapper().readTree(Http.text(http.get("/v2/models/" + TestModels.name())));
        List<List<String>> tensors = new ArrayList<>();
        for (String direction : List.of("inputs", "outputs")) {
            for (JsonNode tensor : model.path(direction)) {
                tensors.add(List.of(
                        code(tensor.path("name").asString()),
                        direction.substring(0, direction.length() - 1),
                        code(tensor.path("datatype").asString()),
                        code(tensor.path("shape").toString().replace(",", ", "))));
            }
        }
        ReferencePage.check(
                "open-inference-protocol.md",
                Map.of(
                        "endpoints", table(List.of("method", "path"), rows),
                        "tensors", table(List.of("tensor", "direction", "datatype", "shape"), tensors)));
    }
}
