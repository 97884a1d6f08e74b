package io.draem.service.openapi;

import io.draem.service.api.DetectionQuery;
import io.draem.service.api.Problems;
import io.draem.service.web.ProblemType;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.springframework.web.method.HandlerMethod;

/** Knows which problems a door can answer with, for the contract. */
final class DoorProblems {

    /** They arise before a door, or in any. */
    private static final Set<ProblemType> OF_ALL = EnumSet.of(
            ProblemType.INVALID_REQUEST,
            ProblemType.UNAUTHORIZED,
            ProblemType.NOT_ACCEPTABLE,
            ProblemType.INTERNAL_ERROR);

    private static final Set<ProblemType> OF_DOORS_FOR_IMAGES = EnumSet.of(
            ProblemType.UNKNOWN_MODEL,
            ProblemType.REQUEST_TIMEOUT,
            ProblemType.IMAGE_TOO_LARGE,
            ProblemType.UNSUPPORTED_MEDIA_TYPE,
            ProblemType.TOO_MANY_REQUESTS,
            ProblemType.OVERLOADED,
            ProblemType.NOT_READY,
            ProblemType.DEADLINE_EXCEEDED);

    private DoorProblems() {}

    /** Returns the problems of a door by their status. */
    static Map<Integer, List<ProblemType>> of(HandlerMethod door) {
        Set<ProblemType> problems = EnumSet.copyOf(OF_ALL);
        if (takesImages(door)) {
            problems.addAll(OF_DOORS_FOR_IMAGES);
        }
        Problems own = door.getMethodAnnotation(Problems.class);
        if (own != null) {
            problems.addAll(Arrays.asList(own.value()));
        }
        return problems.stream()
                .collect(Collectors.groupingBy(type -> type.status().value(), TreeMap::new, Collectors.toList()));
    }

    /** Whoever sends an image says with it what is to be done. */
    static boolean takesImages(HandlerMethod door) {
        return Arrays.stream(door.getMethodParameters())
                .anyMatch(parameter -> parameter.getParameterType() == DetectionQuery.class);
    }
}
