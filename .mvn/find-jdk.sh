# Sourced by mvnw and the scripts: sets JAVA_HOME to a JDK 25, or says what is missing and ends with 1.
cistern_is_jdk25() { [ -x "$1/bin/javac" ] && grep -q '^JAVA_VERSION="25[."]' "$1/release" 2>/dev/null; }
if [ -z "${JAVA_HOME:-}" ] || ! cistern_is_jdk25 "$JAVA_HOME"; then
  for cistern_jdk in "${JAVA_HOME_25:-}" "${JDK_25:-}" /usr/lib/jvm/*25* /opt/*jdk*25* "$HOME"/.sdkman/candidates/java/25* \
    "$HOME"/.jdks/*25* /Library/Java/JavaVirtualMachines/*25*/Contents/Home "$(dirname "$(dirname "$(readlink -f "$(command -v javac 2>/dev/null || echo /none/none/none)")")")"; do
    if [ -n "$cistern_jdk" ] && cistern_is_jdk25 "$cistern_jdk"; then JAVA_HOME=$cistern_jdk; break; fi
  done
fi
if [ -z "${JAVA_HOME:-}" ] || ! cistern_is_jdk25 "$JAVA_HOME"; then
  echo "cistern: no JDK 25 found. Install one (for example Temurin 25: package temurin-25-jdk) or set JAVA_HOME to it." >&2
  exit 1
fi
export JAVA_HOME
PATH="$JAVA_HOME/bin:$PATH"
