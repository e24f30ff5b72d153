package io.lethe.node.tidy;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Who may know whom: the layers, the fences around third parties, the purity of the rules. */
class ArchitectureTest {
    private static final String BASE = "io.lethe.node";

    private static JavaClasses classes = new ClassFileImporter().importClasses(List.of());

    @BeforeAll
    static void read() {
        classes = new ClassFileImporter().importPath(Path.of("target", "classes"));
    }

    private interface Rule {
        boolean allows(String from, String to);
    }

    /** Every dependency of ours that a rule does not allow, once per pair of classes. */
    private static List<String> violations(Rule rule) {
        assertThat(classes).isNotEmpty();
        TreeSet<String> found = new TreeSet<>();
        for (JavaClass from : classes) {
            for (Dependency dependency : from.getDirectDependenciesFromSelf()) {
                JavaClass to = dependency.getTargetClass().getBaseComponentType();
                if (!rule.allows(from.getPackageName(), to.getPackageName())) {
                    found.add(
                            from.getName()
                                    + " uses "
                                    + to.getName()
                                    + " ("
                                    + dependency.getSourceCodeLocation()
                                    + ")");
                }
            }
        }
        return List.copyOf(found);
    }

    @Test
    void everyPackageHasItsLayer() {
        assertThat(classes.stream().map(JavaClass::getPackageName).distinct())
                .allSatisfy(name -> assertThat(Layers.of(name)).as(name).isPresent());
    }

    @Test
    void layersKnowOnlyWhatLiesBelowThem() {
        assertThat(violations((from, to) -> !Layers.isOurs(to) || Layers.mayUse(from, to)))
                .isEmpty();
    }

    @Test
    void thirdPartiesStayBehindTheirFences() {
        assertThat(violations(Fences::allow)).isEmpty();
    }

    @Test
    void purePackagesKnowNoClockRandomnessThreadsFilesOrLogs() {
        assertThat(violations((from, to) -> !Purity.isPure(from) || Purity.allowsPackage(to)))
                .isEmpty();
        TreeSet<String> found = new TreeSet<>();
        for (JavaClass from : classes) {
            if (Purity.isPure(from.getPackageName())) {
                from.getDirectDependenciesFromSelf().stream()
                        .map(Dependency::getTargetClass)
                        .filter(to -> !Purity.allowsClass(to.getName()))
                        .forEach(to -> found.add(from.getName() + " uses " + to.getName()));
                for (JavaMethodCall call : from.getMethodCallsFromSelf()) {
                    if (!Purity.allowsCall(call.getTargetOwner().getName(), call.getName())) {
                        found.add(call.getDescription());
                    }
                }
            }
        }
        assertThat(found).isEmpty();
    }

    @Test
    void theRulesForbidWhatTheyShould() {
        Predicate<String> model = to -> Layers.mayUse(BASE + ".model", BASE + to);
        assertThat(model.test(".base.codec")).isTrue();
        assertThat(model.test(".chunk")).isFalse();
        assertThat(Layers.mayUse(BASE + ".chunk", BASE + ".chunk.wire")).isTrue();
        assertThat(Layers.mayUse(BASE + ".chunk", BASE + ".erasure")).isFalse();
        assertThat(Layers.mayUse(BASE + ".metadata.raft", BASE + ".cluster")).isFalse();
        assertThat(Layers.mayUse(BASE + ".rpc", BASE + ".object")).isTrue();
        assertThat(Layers.mayUse(BASE + ".rpc", BASE + ".s3")).isFalse();
        assertThat(Layers.mayUse(BASE, BASE + ".s3")).isTrue();
        assertThat(Fences.allow(BASE + ".object", "org.rocksdb")).isFalse();
        assertThat(Fences.allow(BASE + ".chunk", "org.rocksdb")).isTrue();
        assertThat(Fences.allow(BASE + ".console", "io.netty.buffer")).isFalse();
        assertThat(Fences.allow(BASE + ".metadata.raft", "com.alipay.sofa.jraft")).isTrue();
        assertThat(Purity.isPure(BASE + ".erasure.kernel")).isFalse();
        assertThat(Purity.isPure(BASE + ".takedown.order")).isTrue();
        assertThat(Purity.allowsPackage("java.nio.file")).isFalse();
        assertThat(Purity.allowsCall("java.lang.System", "nanoTime")).isFalse();
        assertThat(Purity.allowsCall("java.lang.System", "arraycopy")).isTrue();
    }
}
