#!/usr/bin/env bash
# in-root.sh [NAME=VALUE]… ROOT COMMAND…: runs a command in an image's root file system, with the host's /proc and /dev,
# only the given environment (and PATH), in its own mount namespace. Each step execs the next, so that a signal reaches
# the command. The root is made a mount point, as in a container: programs determine which mount a file is on.
set -euo pipefail
variables=()
while [[ $1 == *=* ]]; do variables+=("$1") && shift; done
[ "$(id -u)" = 0 ] && own=() || own=(--map-root-user)
# shellcheck disable=SC2016
exec env -i PATH="$PATH" "${variables[@]}" unshare --mount "${own[@]}" sh -c '
  mount --bind "$1" "$1" && mount --rbind /proc "$1/proc" && mount --rbind /dev "$1/dev" && exec chroot "$@"' sh "$@"
