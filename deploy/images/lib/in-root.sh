#!/usr/bin/env bash
# in-root.sh ROOT COMMAND…: runs a command in an image's root file system, with the machine's /proc and /dev, no
# environment, in a mount namespace of its own that goes with it. Each step replaces the one before, so a signal
# reaches the command.
set -euo pipefail
[ "$(id -u)" = 0 ] && own=() || own=(--map-root-user)
# shellcheck disable=SC2016
exec unshare --mount "${own[@]}" sh -c '
  mount --rbind /proc "$1/proc" && mount --rbind /dev "$1/dev" && exec env -i "$(command -v chroot)" "$@"' sh "$@"
