package io.lethe.node.s3.operation;

import io.lethe.node.s3.access.Rights;
import java.util.ArrayList;
import java.util.List;

/** Collects the lines of the {@link Router}'s table that are about one sort of thing. */
final class RouteLines {
    private final Router.About about;
    private final List<Router.Route> lines = new ArrayList<>();

    RouteLines(Router.About about) {
        this.about = about;
    }

    /**
     * @param parameter that must be there, or empty
     * @param actions what the caller needs; a second one, behind a space, where the request names a
     *     version
     */
    void get(String parameter, String name, String actions, Operation operation) {
        add("GET", parameter, name, rights(actions), operation);
    }

    /** As {@link #get}. */
    void head(String parameter, String name, String actions, Operation operation) {
        add("HEAD", parameter, name, rights(actions), operation);
    }

    /** As {@link #get}. */
    void put(String parameter, String name, String actions, Operation operation) {
        add("PUT", parameter, name, rights(actions), operation);
    }

    /** As {@link #get}. */
    void post(String parameter, String name, String actions, Operation operation) {
        add("POST", parameter, name, rights(actions), operation);
    }

    /** As {@link #get}. */
    void delete(String parameter, String name, String actions, Operation operation) {
        add("DELETE", parameter, name, rights(actions), operation);
    }

    private static Rights rights(String actions) {
        int space = actions.indexOf(' ');
        return space < 0
                ? Rights.of(actions)
                : Rights.of(actions.substring(0, space), actions.substring(space + 1));
    }

    void add(String method, String parameter, String name, Rights rights, Operation operation) {
        lines.add(new Router.Route(name, rights, about, method, parameter, operation));
    }

    List<Router.Route> all() {
        return lines;
    }
}
