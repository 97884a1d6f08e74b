package io.draem.service.api;

import io.draem.service.web.ProblemType;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Names problems of an endpoint for the API document, in addition to those of all endpoints or of all for images. */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface PossibleProblems {

    /** The types of these problems. */
    ProblemType[] value();
}
