#!/usr/bin/env bash
# Looks for everything that the build and the tests take from the machine. On Debian, as root, installs what is missing and
# says so; elsewhere prints the exact list.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
PATH=$PATH:/usr/sbin:/sbin

# program=Debian package; a program with a slash is looked for among the CNI plugins.
tools="make=make git=git python3=python3-venv curl=curl tar=tar gzip=gzip
  runc=runc nft=nftables conntrack=conntrack ip=iproute2 nsenter=util-linux mount=mount
  cni/ptp=containernetworking-plugins cni/host-local=containernetworking-plugins
  mkfs.btrfs=btrfs-progs mkfs.ext4=e2fsprogs busybox=busybox-static"
# `prepare.sh node` is for the integration tests: one of their servers is written for Node.js.
[ "${1:-}" != node ] || tools="$tools node=nodejs npm=npm"

has() {
  local dir
  case $1 in
    cni/*) for dir in /usr/lib/cni /opt/cni/bin /usr/libexec/cni; do [ -x "$dir/${1#cni/}" ] && return; done ;;
    *) command -v "$1" >/dev/null ;;
  esac
}

missing_packages() {
  local tool
  for tool in $tools; do has "${tool%%=*}" || echo "${tool#*=}"; done | sort -u
}

# What this architecture's apt offers of the packages named, the first of them.
first_offered() {
  local package policy
  for package in "$@"; do
    policy=$(apt-cache policy "$package" 2>/dev/null)
    if [[ $policy == *"Candidate: "[0-9]* ]]; then
      echo "$package"
      return
    fi
  done
}

can_install() { [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; }

apt_install() {
  echo "prepare: installing with apt-get: $*"
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null 2>&1 ||
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null; }
}

go_is_new_enough() {
  local version
  version=$(go env GOVERSION 2>/dev/null) && version=${version#go} &&
    [ "$(printf '%s\n' 1.26 "$version" | sort -V | head -1)" = 1.26 ]
}

has_jdk() { (. "$root/.mvn/find-jdk.sh") >/dev/null 2>&1; }

problems=()
packages=$(missing_packages)
if [ -n "$packages" ]; then
  # shellcheck disable=SC2086
  if can_install; then apt_install $packages; else problems+=("Debian packages (or what has the same programs): ${packages//$'\n'/ }"); fi
fi
if ! has_jdk && can_install; then
  package=$(first_offered temurin-25-jdk openjdk-25-jdk-headless)
  [ -z "$package" ] || apt_install "$package"
fi
has_jdk || problems+=("a JDK 25 (for example Temurin 25), in /usr/lib/jvm or named by JAVA_HOME")
go_is_new_enough || problems+=("Go 1.26 or newer on the PATH (there is: $(go version 2>/dev/null || echo none))")

if [ ${#problems[@]} -gt 0 ]; then
  echo "prepare: missing on this machine:" >&2
  printf '  - %s\n' "${problems[@]}" >&2
  exit 1
fi
echo "prepare: all tools are there"
