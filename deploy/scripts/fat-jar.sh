#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Makes one jar of the jobs and the native libraries, for a Flink cluster whose lib/ can't be touched:
#
#   fat-jar.sh OUT.jar
#
# Put the native libraries into Flink's lib/ instead wherever you can (README, "On a cluster"). From a
# job's jar they are unpacked and mapped once more with each submission, 120 to 220 MB that the
# TaskManager gives back only at its end: restart it after some submissions. Restarts of a job that
# failed take nothing more.
#
# JAVA_HOME   the JDK whose `jar` is used; otherwise the one on the PATH
#
# Exit codes: 0 the jar is there; 1 it could not be made; 2 the command line is wrong.

set -euo pipefail

bin=$(cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")" && pwd)

die() {
  local code=$1
  shift
  printf 'fat-jar: %s\n' "$*" >&2
  exit "$code"
}

if [[ ${1:-} == -h || ${1:-} == --help ]]; then
  sed -n '3,/^$/s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
  exit 0
fi
(($# == 1)) && [[ $1 == *.jar ]] || die 2 "the jar to make is needed, OUT.jar (see --help)."
[[ ! -e $1 ]] || die 2 "$1 exists already: delete it, or give another name."
mkdir -p -- "$(dirname -- "$1")"
out=$(cd -- "$(dirname -- "$1")" && pwd)/$(basename -- "$1")

shopt -s nullglob
if [[ -d $bin/../lib/native ]]; then # a distribution
  jobs=("$bin"/../lib/job/sightline-job-*.jar)
  natives=("$bin"/../lib/native/*.jar)
  licenses=$bin/../licenses
else
  jobs=("$bin"/../../job/target/sightline-job-*-flink.jar)
  natives=("$bin"/../../job/target/lib/*.jar)
  licenses=$bin/../local/src/assembly/licenses
fi
((${#jobs[@]} == 1 && ${#natives[@]} > 0)) ||
  die 1 "the jars are not there: build them with 'mvn -DskipTests package'."

jar=${JAVA_HOME:+$JAVA_HOME/bin/}jar
command -v "$jar" >/dev/null || die 1 "there is no '$jar', which a JDK has: set JAVA_HOME to one."

work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
mkdir "$work/content"
for native in "${natives[@]}"; do
  native=$(readlink -f -- "$native")
  (cd "$work/content" && "$jar" --extract --file "$native")
  # The manifest is that of the jobs; signatures and module descriptors are of the jar they were in.
  (cd "$work/content" && rm -f META-INF/MANIFEST.MF META-INF/*.SF META-INF/*.RSA META-INF/*.DSA \
    module-info.class META-INF/versions/*/module-info.class)
done
mkdir -p "$work/content/META-INF/licenses"
for text in "$licenses"/{onnxruntime,javacpp,opencv,openblas}; do
  [[ ! -d $text ]] || cp -R -- "$text" "$work/content/META-INF/licenses/"
done
cp -- "${jobs[0]}" "$work/fat.jar"
"$jar" --update --file "$work/fat.jar" -C "$work/content" .
mv -- "$work/fat.jar" "$out"
