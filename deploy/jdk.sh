# Finds the JDK and Maven, and builds when sources changed; sourced by the scripts beside it.
# After lethe_find_jdk, JAVA_HOME names a JDK 25.

lethe_root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
lethe_jdk_wanted=25
lethe_lib="$lethe_root/deploy/target/lib"
lethe_stamp="$lethe_root/deploy/target/built"

lethe_fail() {
    echo "lethe: $*" >&2
    exit 69 # EX_UNAVAILABLE of sysexits.h
}

# The version in a JDK's `release` file, without starting it; empty where it is no JDK.
lethe_jdk_version() {
    [ -x "$1/bin/java" ] && [ -x "$1/bin/javac" ] && [ -r "$1/release" ] || return 0
    sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release"
}

lethe_jdk_candidates() {
    [ -z "${JAVA_HOME:-}" ] || echo "$JAVA_HOME"
    local on_path
    on_path="$(command -v java || true)"
    [ -z "$on_path" ] || dirname "$(dirname "$(readlink -f "$on_path")")"
    printf '%s\n' /usr/lib/jvm/* /opt/* "$HOME"/.sdkman/candidates/java/* "$HOME"/.jdks/* \
        /Library/Java/JavaVirtualMachines/*/Contents/Home
}

lethe_find_jdk() {
    local home version seen=""
    if [ -n "${LETHE_JAVA_HOME:-}" ]; then
        version="$(lethe_jdk_version "$LETHE_JAVA_HOME")"
        [ "$version" = "$lethe_jdk_wanted" ] || lethe_fail \
            "LETHE_JAVA_HOME is $LETHE_JAVA_HOME, and holds ${version:+JDK }${version:-no JDK};" \
            "point it at a JDK $lethe_jdk_wanted, or unset it."
        export JAVA_HOME="$LETHE_JAVA_HOME"
        return
    fi
    while read -r home; do
        version="$(lethe_jdk_version "$home")"
        if [ "$version" = "$lethe_jdk_wanted" ]; then
            export JAVA_HOME="$home"
            return
        fi
        [ -z "$version" ] || seen="$seen JDK $version in $home;"
    done < <(lethe_jdk_candidates)
    lethe_fail "needs JDK $lethe_jdk_wanted and found${seen:- none;}" \
        "install one (Debian: package temurin-25-jdk from packages.adoptium.net;" \
        "SDKMAN: sdk install java 25-tem) or set LETHE_JAVA_HOME to its folder."
}

lethe_find_maven() {
    lethe_maven="$(command -v mvn || true)"
    [ -n "$lethe_maven" ] || [ ! -x "${MAVEN_HOME:-}/bin/mvn" ] || lethe_maven="$MAVEN_HOME/bin/mvn"
    [ -n "$lethe_maven" ] || [ ! -x "$HOME/.sdkman/candidates/maven/current/bin/mvn" ] \
        || lethe_maven="$HOME/.sdkman/candidates/maven/current/bin/mvn"
    [ -n "$lethe_maven" ] || lethe_fail "needs Maven 3.8 or newer to build itself and found none;" \
        "install it (Debian: apt install maven; SDKMAN: sdk install maven)."
}

# True when nothing that goes into the jars is newer than the last build. Folders count too, so
# that a deleted file is noticed.
lethe_is_built() {
    [ -e "$lethe_stamp" ] && [ -d "$lethe_lib" ] || return 1
    local sources=("$lethe_root"/pom.xml "$lethe_root"/*/pom.xml "$lethe_root"/*/src/main)
    [ -z "$(find "${sources[@]}" -newer "$lethe_stamp" -print -quit 2>/dev/null)" ]
}

lethe_build() {
    [ -z "${LETHE_NO_BUILD:-}" ] && [ -e "$lethe_root/pom.xml" ] && ! lethe_is_built || return 0
    lethe_find_maven
    mkdir -p "$lethe_root/deploy/target"
    exec 9>"$lethe_root/deploy/target/build.lock"
    if command -v flock >/dev/null; then
        flock 9
    fi
    if ! lethe_is_built; then # Another launcher may have built it while we waited.
        echo "building Lethe (first time takes some minutes)…" >&2
        local log="$lethe_root/deploy/target/build.log" started="$lethe_root/deploy/target/started"
        touch "$started"
        rm -rf "$lethe_lib"
        if ! (cd "$lethe_root" && "$lethe_maven" -q -B -ntp -Dmaven.test.skip=true package) </dev/null >"$log" 2>&1; then
            grep -E 'ERROR|BUILD' "$log" | head -n 20 >&2 || tail -n 20 "$log" >&2
            lethe_fail "the build failed; all of its output is in $log"
        fi
        rm -f "$lethe_root"/deploy/target/*.aot
        mv "$started" "$lethe_stamp" # As old as the start, so that edits meanwhile count.
    fi
    exec 9>&-
}

# Jars in a fixed order: an AOT cache holds only for the class path that it was made with.
lethe_class_path() {
    local jars=("$lethe_lib"/*.jar)
    [ -e "${jars[0]}" ] || lethe_fail "$lethe_lib holds no jars; run deploy/lethe without LETHE_NO_BUILD"
    local IFS=:
    echo "${jars[*]}"
}
