#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Replaces a running job by one with another jar, model or configuration, from a savepoint:
#
#   upgrade.sh [--to DIR] JOB JAR classify --config FILE [--set KEY=VALUE ...]
#
# JOB    id of the job that runs (`flink list`)
# JAR    the new jar, lib/job/sightline-job-<version>-flink.jar
# --to   folder of the savepoint; default: Flink's execution.checkpointing.savepoint-dir
#
# FLINK            Flink's command; default: $FLINK_HOME/bin/flink, or the `flink` on the PATH
# SIGHTLINE        the new version's bin/sightline, which looks at the new configuration before
#                  anything is stopped; default: the one beside this script
#
# The steps: the new configuration is checked (`--explain`), the job is stopped with a savepoint, and
# the new one is started from it. Where the last step fails, the savepoint stands, and the last lines
# say how to start from it. Operators have fixed uids: any parallelism, another model and other
# options of batches, workers, sinks of the same kind and fetching are fine. The job's name is better
# kept: consumer group and transactional ids follow from it.
#
# Exit codes: 0 the new job was submitted (`flink list` says whether it runs); 1 it was not; 2 the
# command line or the new configuration is wrong, and the old job runs on.

set -euo pipefail

bin=$(cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")" && pwd)

say() { printf 'upgrade: %s\n' "$*" >&2; }
die() {
  local code=$1
  shift
  say "$*"
  exit "$code"
}
usage() {
  sed -n '3,/^$/s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
}

find_commands() {
  if [[ -z ${FLINK:-} ]]; then
    if [[ -n ${FLINK_HOME:-} ]]; then
      FLINK=$FLINK_HOME/bin/flink
    else
      FLINK=$(command -v flink) || die 2 "Flink's command is not on the PATH: set FLINK_HOME, or FLINK to its path."
    fi
  fi
  if [[ -z ${SIGHTLINE:-} ]]; then
    for SIGHTLINE in "$bin/sightline" "$bin/../bin/sightline"; do
      if [[ -x $SIGHTLINE ]]; then break; fi
    done
  fi
  [[ -x $FLINK ]] || die 2 "$FLINK can't be run: set FLINK to Flink's command."
  [[ -x $SIGHTLINE ]] || die 2 "$SIGHTLINE can't be run: set SIGHTLINE to bin/sightline of the new version."
}

target=()
while [[ ${1:-} == -* ]]; do
  case $1 in
    -h | --help)
      usage
      exit 0
      ;;
    --to)
      [[ -n ${2:-} ]] || die 2 "--to needs a folder."
      target=(--savepointPath "$2")
      shift 2
      ;;
    *) die 2 "unknown option $1 (--help lists all)" ;;
  esac
done
(($# >= 3)) || die 2 "JOB, JAR and the job's command are needed (see --help)."
job=$1
jar=$2
shift 2
[[ $job =~ ^[0-9a-f]{32}$ ]] || die 2 "JOB is an id of 32 hexadecimal digits, as 'flink list' prints it, and not '$job'."
[[ -f $jar ]] || die 2 "there is no jar $jar."
find_commands

say "looking at the new configuration ..."
if ! explained=$("$SIGHTLINE" "$@" --explain 2>&1); then
  printf '%s\n' "$explained" >&2
  die 2 "the new configuration can't be run (see above). Job $job runs on."
fi

say "stopping job $job with a savepoint ..."
if ! stopped=$("$FLINK" stop "${target[@]}" "$job" 2>&1); then
  printf '%s\n' "$stopped" >&2
  die 1 "job $job was not stopped (see above)."
fi
savepoint=$(sed -n 's/^Savepoint completed. Path: *//p' <<<"$stopped" | tail -n 1)
if [[ -z $savepoint ]]; then
  printf '%s\n' "$stopped" >&2
  die 1 "Flink did not say where the savepoint is (see above)."
fi
say "the savepoint is $savepoint"

if ! started=$("$FLINK" run -d -s "$savepoint" "$jar" "$@" 2>&1); then
  printf '%s\n' "$started" >&2
  say "the new job was not started (see above), and the old one is stopped. Mend the cause, then:"
  say "  $(printf '%q ' "$FLINK" run -d -s "$savepoint" "$jar" "$@")"
  die 1 "or start the old jar with its old configuration in the same way."
fi
sed -n 's/^Job has been submitted with JobID \(.*\)$/\1/p' <<<"$started"
say "the new job was submitted"
