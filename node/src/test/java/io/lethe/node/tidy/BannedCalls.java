package io.lethe.node.tidy;

import com.sun.source.tree.AssertTree;
import com.sun.source.tree.IdentifierTree;
import com.sun.source.tree.ImportTree;
import com.sun.source.tree.MemberSelectTree;
import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.tree.NewClassTree;
import com.sun.source.util.TreeScanner;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * Calls that must not stand in our sources, each with what to use instead. Works on the parsed
 * code, so comments and strings do not count.
 */
final class BannedCalls extends TreeScanner<Void, Void> {
    private record Ban(Pattern call, String instead, Predicate<JavaSource> where) {}

    private static final List<Ban> BANS =
            List.of(
                    ban(
                            "(System\\.(currentTimeMillis|nanoTime)"
                                    + "|(Instant|LocalDateTime|LocalDate|ZonedDateTime)\\.now)",
                            "a Clock given to the constructor",
                            file -> inNodeMain(file) && !file.isIn("node/base/Clock.java")),
                    ban(
                            "(Thread|TimeUnit(\\.[A-Z]+)?)\\.sleep",
                            "Tasks.sleep in the node, a latch or moved time in a test",
                            file -> inNode(file) && !file.isIn("node/base/task/")),
                    ban(
                            "(new (Secure|Splittable)?Random|ThreadLocalRandom\\.current"
                                    + "|Math\\.random|UUID\\.randomUUID)",
                            "a RandomSource given to the constructor",
                            file -> inNodeMain(file) && !file.isIn("node/base/")),
                    ban(
                            "Executors\\.new\\w+",
                            "an executor given to the constructor, or Tasks",
                            file -> inNodeMain(file) && !inRoot(file)),
                    ban(
                            "System\\.(out|err)",
                            "a logger; only programs print",
                            file ->
                                    (inNodeMain(file) && !inRoot(file))
                                            || (file.path().contains("/io/lethe/client/")
                                                    && !file.isTest())),
                    ban(
                            "(System\\.exit|Runtime\\.getRuntime\\(\\)\\.(exit|halt))",
                            "a FaultHandler; only programs end the process",
                            file -> inNodeMain(file) && !inRoot(file)),
                    ban(
                            "(.+\\.)?notify",
                            "notifyAll, a Promise, Permits, or a Condition",
                            file -> true),
                    ban(
                            "(.+\\.)?printStackTrace",
                            "a logger with the exception as last argument",
                            file -> true),
                    ban(
                            "new (ObjectInputStream|ObjectOutputStream|Timer|Thread)",
                            "our Encoder and Decoder, Tasks, Thread.ofPlatform()",
                            BannedCalls::inNodeMain),
                    ban("assert", "Check.that", file -> !file.isTest()));

    private static final Set<String> IMPORTS =
            Set.of(
                    "java.util.logging",
                    "java.util.Date",
                    "java.util.Timer",
                    "java.util.Vector",
                    "java.util.Stack",
                    "java.util.Hashtable",
                    "sun.misc",
                    "org.mockito",
                    "org.junit.Test",
                    "junit.framework",
                    "lombok");

    private final JavaSource file;
    private final List<String> found = new ArrayList<>();

    private BannedCalls(JavaSource file) {
        this.file = file;
    }

    static List<String> in(JavaSource file) {
        BannedCalls scanner = new BannedCalls(file);
        scanner.scan(file.unit(), null);
        return scanner.found;
    }

    @Override
    public Void visitMethodInvocation(MethodInvocationTree tree, Void unused) {
        if (tree.getMethodSelect() instanceof IdentifierTree name) {
            check(name.getName().toString(), file.at(tree));
        }
        return super.visitMethodInvocation(tree, null);
    }

    @Override
    public Void visitMemberSelect(MemberSelectTree tree, Void unused) {
        check(tree.toString(), file.at(tree));
        return super.visitMemberSelect(tree, null);
    }

    @Override
    public Void visitNewClass(NewClassTree tree, Void unused) {
        String type = tree.getIdentifier().toString();
        check("new " + type.substring(type.lastIndexOf('.') + 1), file.at(tree));
        return super.visitNewClass(tree, null);
    }

    @Override
    public Void visitAssert(AssertTree tree, Void unused) {
        check("assert", file.at(tree));
        return super.visitAssert(tree, null);
    }

    @Override
    public Void visitImport(ImportTree tree, Void unused) {
        String name = tree.getQualifiedIdentifier().toString();
        for (String banned : IMPORTS) {
            if (name.equals(banned) || name.startsWith(banned + ".")) {
                found.add(file.at(tree) + "imports " + name);
            }
        }
        return null;
    }

    private void check(String call, String at) {
        for (Ban ban : BANS) {
            if (ban.where().test(file) && ban.call().matcher(call).matches()) {
                found.add(at + call + ": use " + ban.instead());
            }
        }
    }

    private static Ban ban(String call, String instead, Predicate<JavaSource> where) {
        return new Ban(Pattern.compile(call), instead, where);
    }

    private static boolean inNode(JavaSource file) {
        return file.path().startsWith("node/");
    }

    private static boolean inNodeMain(JavaSource file) {
        return inNode(file) && !file.isTest();
    }

    /** The composition root: files of {@code io.lethe.node} itself. */
    private static boolean inRoot(JavaSource file) {
        return file.path().matches(".*/io/lethe/node/[^/]+");
    }
}
