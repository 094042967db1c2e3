#!/usr/bin/env bash
# Prints the path of Prometheus' promtool: the machine's own, or the one of Debian's package, unpacked into the cache (the package
# is not installed: that would start a server).
set -euo pipefail
if command -v promtool; then exit; fi
parts=${CISTERN_CACHE:-$HOME/.cache/cistern}/parts
command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null || {
  echo "promtool: there is none on the PATH, and this is no Debian to take its package from: install Prometheus' promtool" >&2
  exit 1
}
version=$(apt-cache policy prometheus | awk '/Candidate:/ {print $2}')
[ -n "$version" ] && [ "$version" != "(none)" ] || {
  echo "promtool: apt offers no package prometheus: run apt-get update as root, or install promtool" >&2
  exit 1
}
dir=$parts/promtool-${version//[^A-Za-z0-9.]/-}
if [ ! -x "$dir/promtool" ]; then
  mkdir -p "$parts"
  work=$(mktemp -d "$parts/.promtool.XXXXXX")
  trap 'rm -rf "$work"' EXIT
  (cd "$work" && apt-get download -qq -o APT::Sandbox::User=root "prometheus=$version" >&2 && dpkg-deb -x ./*.deb .)
  mkdir -p "$dir"
  mv "$work/usr/bin/promtool" "$dir/promtool"
fi
echo "$dir/promtool"
