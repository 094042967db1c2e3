#!/usr/bin/env bash
# Measures Cistern against the tools that people use today: target/bench/report.md, report.json and report.svg.
#
#   test/bench.sh                 everything; the image, the server and the peers are built or fetched first, once
#   ROWS=small-10k,start          only these rows; names or their beginnings (test/bench.sh -list)
#   TOOLS=cistern,s5cmd           only these tools
#   BEFORE=populate.tar           another commit's image (its target/images/populate.tar), measured in the same run as cistern-before
#   ROUNDS=3                      measured rounds of each tool
#   QUIET=30s                     wait so long before each run for an idle machine, and repeat disturbed runs
#   MERGE=1                       keep the rows of the last report that this run does not measure; each says its commit
#   SCALE=small                   a quick try on scaled-down data
#   test/bench.sh serve -data one        only the server with a data set, for a profiler; prints what to export
#   test/bench.sh million -objects 10000000   that many small objects within 256 MiB of memory, killed half way and gone on; needs 10 GB
#                                 of disk and half an hour; target/bench/million-10000000.json
#   test/bench.sh docs REPORT.json... docs    the numbers into docs/performance.md and docs/benchmarks/; rows that a report lacks stay as they are
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
. "$root/.mvn/find-jdk.sh"
# Certificate lists of the machine's user are none of the measured tools' business.
unset AWS_CA_BUNDLE
command -v go >/dev/null || {
  echo "bench: the benchmark has to be built and there is no go command: install Go 1.26 or newer" >&2
  exit 1
}
mkdir -p "$root/target/bench"
(cd "$root/test/bench" && CGO_ENABLED=0 GOWORK=off go build -trimpath -o "$root/target/bench/bench" .)
case ${1:-} in
  docs) exec "$root/target/bench/bench" "$@" ;;
  serve | million) exec "$root/target/bench/bench" "$1" -root "$root" "${@:2}" ;;
esac
exec "$root/target/bench/bench" -root "$root" -rows "${ROWS:-}" -tools "${TOOLS:-}" -rounds "${ROUNDS:-3}" -scale "${SCALE:-full}" -quiet "${QUIET:-0s}" -before "${BEFORE:-}" ${MERGE:+-merge} "$@"
