package io.lethe.node.tidy;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/**
 * One parsed file of ours.
 *
 * @param path from the root of the tree, with forward slashes
 */
record JavaSource(
        String path,
        String text,
        CompilationUnitTree unit,
        DocTrees docs,
        SourcePositions positions) {

    boolean isTest() {
        return path.contains("/src/test/");
    }

    /** The package as a path below the module's base, e.g. {@code base/config}; empty for none. */
    boolean isIn(String folder) {
        return path.contains("/io/lethe/" + folder);
    }

    int lineOf(Tree tree) {
        return (int) unit.getLineMap().getLineNumber(positions.getStartPosition(unit, tree));
    }

    int lastLineOf(Tree tree) {
        return (int) unit.getLineMap().getLineNumber(positions.getEndPosition(unit, tree));
    }

    String textOf(Tree tree) {
        return text.substring(
                (int) positions.getStartPosition(unit, tree),
                (int) positions.getEndPosition(unit, tree));
    }

    /** With the comments that stand right before it. */
    String textWithCommentsOf(Tree tree) {
        int start = (int) positions.getStartPosition(unit, tree);
        String before = text.substring(0, start);
        int end = Math.max(before.lastIndexOf('}'), before.lastIndexOf(';'));
        return text.substring(end + 1, (int) positions.getEndPosition(unit, tree));
    }

    String at(Tree tree) {
        return path + ":" + lineOf(tree) + " ";
    }

    /** Parses files below {@code root}, all in one go. */
    static List<JavaSource> parseFiles(Path root, List<Path> files) throws IOException {
        List<JavaFileObject> units = new ArrayList<>();
        for (Path file : files) {
            String path = root.relativize(file).toString().replace('\\', '/');
            units.add(new Text(path, Files.readString(file)));
        }
        return parse(units);
    }

    /** Parses a text as if it stood in the file {@code path}. */
    static JavaSource parseText(String path, String text) {
        try {
            return parse(List.of(new Text(path, text))).getFirst();
        } catch (IOException e) {
            throw new IllegalStateException("parsing from memory failed", e);
        }
    }

    private static List<JavaSource> parse(List<JavaFileObject> units) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        JavacTask task =
                (JavacTask) compiler.getTask(null, null, null, List.of("-proc:none"), null, units);
        DocTrees docs = DocTrees.instance(task);
        List<JavaSource> sources = new ArrayList<>();
        for (CompilationUnitTree unit : task.parse()) {
            JavaFileObject file = unit.getSourceFile();
            String path = file.toUri().getPath().substring(1);
            String text = file.getCharContent(true).toString();
            sources.add(new JavaSource(path, text, unit, docs, docs.getSourcePositions()));
        }
        return sources;
    }

    /** A source in memory. */
    private static final class Text extends SimpleJavaFileObject {
        private final String text;

        Text(String path, String text) {
            super(URI.create("string:///" + path), Kind.SOURCE);
            this.text = text;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }
    }
}
