package io.lethe.node.tidy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Shows that each rule of the house finds what it is there for. */
class TidyRulesTest {
    private static final String MAIN = "node/src/main/java/io/lethe/node/object/Sample.java";

    private static JavaSource sample(String path, String body) {
        return JavaSource.parseText(
                path, "package p;\n/** Doc. */\nclass Sample {\n void m() {\n" + body + "\n}\n}\n");
    }

    private static List<String> calls(String body) {
        return BannedCalls.in(sample(MAIN, body));
    }

    @Test
    void timeRandomnessAndThreadsComeFromOutside() {
        assertThat(calls("long t = System.nanoTime();"))
                .singleElement()
                .asString()
                .contains("Sample.java:5", "use a Clock");
        assertThat(calls("var t = java.time.Instant.now();")).isEmpty();
        assertThat(calls("Instant.now();")).hasSize(1);
        assertThat(calls("Thread.sleep(5);")).hasSize(1);
        assertThat(calls("TimeUnit.SECONDS.sleep(5);")).hasSize(1);
        assertThat(calls("new Random(3);")).hasSize(1);
        assertThat(calls("new java.util.Random();")).hasSize(1);
        assertThat(calls("ThreadLocalRandom.current().nextInt();")).hasSize(1);
        assertThat(calls("Executors.newCachedThreadPool();")).hasSize(1);
        assertThat(calls("var f = java.util.List.of(System::nanoTime);")).isEmpty();
    }

    @Test
    void onlyProgramsPrintAndEndTheProcess() {
        assertThat(calls("System.out.println();")).hasSize(1);
        assertThat(calls("Runtime.getRuntime().halt(1);")).hasSize(1);
        String main = "node/src/main/java/io/lethe/node/Main.java";
        assertThat(BannedCalls.in(sample(main, "System.out.println(); System.exit(1);"))).isEmpty();
    }

    @Test
    void commentsAndStringsDoNotCount() {
        assertThat(calls("String s = \"System.nanoTime()\"; // System.nanoTime()")).isEmpty();
    }

    @Test
    void longMethodsAndManyParametersAreFound() {
        assertThat(Shapes.in(sample(MAIN, "\n".repeat(Shapes.MOST_METHOD_LINES))))
                .singleElement()
                .asString()
                .contains("lines, most 70");
        String many = "int a, int b, int c, int d, int e, int f, int g, int h";
        assertThat(
                        Shapes.in(
                                JavaSource.parseText(
                                        MAIN, "/** D. */ class S { void m(" + many + ") {} }")))
                .singleElement()
                .asString()
                .contains("8 parameters");
        assertThat(Shapes.in(JavaSource.parseText(MAIN, "/** D. */ record S(" + many + ") {}")))
                .isEmpty();
    }

    @Test
    void namesForNothingAndMissingDocstringsAreFound() {
        assertThat(Shapes.in(JavaSource.parseText(MAIN, "/** D. */ class ChunkManager {}")))
                .hasSize(1);
        assertThat(Shapes.in(JavaSource.parseText(MAIN, "class Chunk {}")))
                .singleElement()
                .asString()
                .contains("no docstring");
    }

    @Test
    void catchAllsNeedAThreadsRoot() {
        String body = "try { x(); } catch (Exception e) { y(); }";
        assertThat(Shapes.in(sample(MAIN, body))).hasSize(1);
        assertThat(Shapes.in(sample(MAIN, "// The thread's root.\n" + body))).isEmpty();
    }

    @Test
    void emptyAndDisabledTestsAreFound() {
        String path = "node/src/test/java/io/lethe/node/SampleTest.java";
        assertThat(Shapes.inTests(JavaSource.parseText(path, "class SampleTest {}"))).hasSize(1);
        assertThat(
                        Shapes.inTests(
                                JavaSource.parseText(
                                        path, "class SampleTest { @Test @Disabled void a() {} }")))
                .hasSize(1);
        assertThat(
                        Shapes.inTests(
                                JavaSource.parseText(path, "class SampleTest extends Contract {}")))
                .isEmpty();
    }
}
