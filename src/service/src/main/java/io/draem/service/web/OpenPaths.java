package io.draem.service.web;

import java.util.Set;

/** Paths that need no key. Each bean of this type adds its own. */
@FunctionalInterface
public interface OpenPaths {

    /** Returns the paths, without the context's. */
    Set<String> paths();
}
