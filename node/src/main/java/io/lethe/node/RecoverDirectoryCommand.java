package io.lethe.node;

import io.lethe.node.base.config.ConfigLoader;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code lethe recover-directory}: the directory goes on from one copy. */
@Command(
        name = "recover-directory",
        mixinStandardHelpOptions = true,
        description = {
            "Shows what this node, which must be stopped, has of the directory.",
            "With --accept-loss a directory that has lost most of its voters for good goes on from"
                    + " this copy alone; the others are made anew of it.",
            "First run it without on each node that is left, and choose the one whose log ends in"
                    + " the highest term, then at the highest index. All nodes must be stopped."
        })
final class RecoverDirectoryCommand implements Callable<Integer> {
    @Option(
            names = "--config",
            required = true,
            paramLabel = "FILE",
            description = "The configuration of the node.")
    private Path config = Path.of("");

    @Option(
            names = "--accept-loss",
            description =
                    "Do it: what other copies had behind the end of this one is lost,"
                            + " acknowledged or not.")
    private boolean acceptLoss;

    @Override
    public Integer call() throws Exception {
        NodeConfig loaded = ConfigLoader.load(NodeConfig.class, config, System.getenv()).config();
        PrintStream out = Main.out();
        try (OfflineNode node = OfflineNode.open(loaded, Main.tasks())) {
            DirectoryRecovery recovery = new DirectoryRecovery(node);
            DirectoryRecovery.View view = acceptLoss ? recovery.recover() : recovery.look();
            view.lines().forEach(out::println);
            out.println(
                    (acceptLoss ? "done: " : "by --accept-loss: ")
                            + "what others had behind index "
                            + view.standing().lastIndex()
                            + " is lost, acknowledged or not: buckets, keys, settings and placement"
                            + " groups made there; "
                            + DirectoryRecovery.others(view.voters(), node.self())
                            + " other copies are wiped and made anew when their nodes start");
            if (acceptLoss) {
                out.println("start this node first, then the others; see 'lethe status'");
            } else if (view.obstacle() != null) {
                out.println("it would be refused now: " + view.obstacle());
            }
        }
        return 0;
    }
}
