package io.lethe.node.tidy;

import com.sun.source.tree.AnnotationTree;
import com.sun.source.tree.CatchTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.TreePath;
import com.sun.source.util.TreePathScanner;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import javax.lang.model.element.Modifier;
import org.jspecify.annotations.Nullable;

/** Lengths, names, docstrings and catch-alls of one file. */
final class Shapes extends TreePathScanner<Void, Void> {
    static final int MOST_FILE_LINES = 600;
    static final int MOST_METHOD_LINES = 70;
    static final int MOST_PARAMETERS = 7;
    static final int MOST_COLUMNS = 100;

    private static final Pattern BAD_NAME =
            Pattern.compile("\\w*(Manager|Helper|Helpers|Util|Utils|Impl|Common)");
    private static final Pattern CATCH_ALL = Pattern.compile("(.*\\| *)?(Throwable|Exception)");

    /** Fenced calls that declare nothing narrower: Curator, and method handles. */
    private static final List<String> DECLARED_WIDE =
            List.of("node/cluster/zookeeper/", "node/erasure/kernel/", "node/base/nativeio/");

    private final JavaSource file;
    private final List<String> found = new ArrayList<>();

    private Shapes(JavaSource file) {
        this.file = file;
    }

    static List<String> in(JavaSource file) {
        Shapes scanner = new Shapes(file);
        scanner.checkLines();
        scanner.scan(file.unit(), null);
        return scanner.found;
    }

    private void checkLines() {
        List<String> lines = file.text().lines().toList();
        if (lines.size() > MOST_FILE_LINES) {
            found.add(file.path() + " has " + lines.size() + " lines, most " + MOST_FILE_LINES);
        }
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            if (line.length() > MOST_COLUMNS && !line.startsWith("import ")) {
                found.add(file.path() + ":" + (i + 1) + " is longer than " + MOST_COLUMNS);
            }
        }
    }

    @Override
    public Void visitClass(ClassTree tree, Void unused) {
        String name = tree.getSimpleName().toString();
        if (BAD_NAME.matcher(name).matches()) {
            found.add(file.at(tree) + name + " is named for nothing: say what it owns");
        }
        boolean top = getCurrentPath().getParentPath().getLeaf() instanceof CompilationUnitTree;
        if (top && !file.isTest() && doc(getCurrentPath()) == null) {
            found.add(file.at(tree) + name + " has no docstring: what it owns, its thread");
        }
        return super.visitClass(tree, null);
    }

    @Override
    public Void visitMethod(MethodTree tree, Void unused) {
        int lines = file.lastLineOf(tree) - file.lineOf(tree) + 1;
        if (lines > MOST_METHOD_LINES && !isConstructorOfRecord(tree)) {
            found.add(
                    file.at(tree)
                            + tree.getName()
                            + " has "
                            + lines
                            + " lines, most "
                            + MOST_METHOD_LINES);
        }
        if (tree.getParameters().size() > MOST_PARAMETERS && !isConstructorOfRecord(tree)) {
            found.add(
                    file.at(tree)
                            + tree.getName()
                            + " has "
                            + tree.getParameters().size()
                            + " parameters, most "
                            + MOST_PARAMETERS
                            + ": make a record of them");
        }
        return super.visitMethod(tree, null);
    }

    @Override
    public Void visitCatch(CatchTree tree, Void unused) {
        String type = tree.getParameter().getType().toString();
        boolean forced = DECLARED_WIDE.stream().anyMatch(file::isIn);
        if (!file.isTest()
                && !forced
                && !file.textOf(tree.getBlock()).contains("throw ")
                && CATCH_ALL.matcher(type).matches()
                && !isThreadRoot()) {
            found.add(
                    file.at(tree)
                            + "catches "
                            + type
                            + ": name what can be thrown, or say in a comment of the method that"
                            + " this is a thread's root");
        }
        return super.visitCatch(tree, null);
    }

    private boolean isThreadRoot() {
        for (TreePath path = getCurrentPath(); path != null; path = path.getParentPath()) {
            Tree leaf = path.getLeaf();
            if (leaf instanceof MethodTree || leaf instanceof ClassTree) {
                return file.textWithCommentsOf(leaf).contains("root");
            }
        }
        return false;
    }

    private boolean isConstructorOfRecord(MethodTree tree) {
        return tree.getName().contentEquals("<init>")
                && getCurrentPath().getParentPath().getLeaf().getKind() == Tree.Kind.RECORD;
    }

    private @Nullable String doc(TreePath path) {
        return file.docs().getDocComment(path);
    }

    /** Violations by test classes: each has a test, or inherits some; none is switched off. */
    static List<String> inTests(JavaSource file) {
        List<String> found = new ArrayList<>();
        if (!file.path().endsWith("Test.java")) {
            return found;
        }
        for (Tree type : file.unit().getTypeDecls()) {
            if (type instanceof ClassTree tree && tree.getKind() == Tree.Kind.CLASS) {
                boolean inherits =
                        tree.getExtendsClause() != null
                                || tree.getModifiers().getFlags().contains(Modifier.ABSTRACT);
                if (!inherits && !file.text().contains("@Test")) {
                    found.add(file.at(tree) + tree.getSimpleName() + " has no test");
                }
            }
        }
        new TreePathScanner<Void, Void>() {
            @Override
            public Void visitAnnotation(AnnotationTree tree, Void unused) {
                if (tree.getAnnotationType().toString().endsWith("Disabled")) {
                    found.add(file.at(tree) + "a test is switched off: mend or delete it");
                }
                return super.visitAnnotation(tree, null);
            }
        }.scan(file.unit(), null);
        return found;
    }
}
