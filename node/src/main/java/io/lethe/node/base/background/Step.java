package io.lethe.node.base.background;

/** What came of one step. */
public sealed interface Step {
    /**
     * Something was done and more may be waiting.
     *
     * @param progress how far it is, for operators; may be empty
     */
    record Worked(String progress) implements Step {}

    /**
     * Nothing was to be done.
     *
     * @param progress what it waits for, for operators; may be empty
     */
    record Idle(String progress) implements Step {}

    /**
     * It failed and will be tried again after a pause that doubles each time.
     *
     * @param reason fit to be shown; says what to do where somebody can do something
     */
    record Failed(String reason) implements Step {}

    static Step worked() {
        return new Worked("");
    }

    static Step idle() {
        return new Idle("");
    }
}
