# Sourced by build.sh: layers from Debian packages. Only the requested files and the shared libraries that they need are
# in an image, so that it has no shell and no package manager. Each package with a file in the image adds its copyright
# and its entry in /var/lib/dpkg/status.d, which vulnerability scanners read.

arch_triplet() {
  case $(dpkg --print-architecture) in
    amd64) echo x86_64-linux-gnu ;;
    arm64) echo aarch64-linux-gnu ;;
    *) die "no image base for $(dpkg --print-architecture): amd64 and arm64 are known" ;;
  esac
}

need_debian() {
  command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null ||
    die "the base of the images is put together from Debian packages: run this where apt-get and dpkg-deb are"
  local offered
  offered=$(apt-cache policy libc6)
  if [[ $offered != *"Candidate: "[0-9]* ]]; then
    [ "$(id -u)" = 0 ] || die "apt has no package lists: run apt-get update as root"
    say "fetching the package lists"
    apt-get update -qq
  fi
}

# debian_versions PACKAGE…: `name=version` of the packages and all they depend on, as apt offers them now. Asked again
# only after apt's lists have changed.
debian_versions() {
  local kept
  kept=$cache/versions/$({ stat -c '%n %y' /var/lib/apt/lists /etc/apt/sources.list* 2>/dev/null && echo "$@" &&
    declare -f ask_apt; } | hash_of)
  if [ ! -s "$kept" ]; then
    ask_apt "$@" >"$kept.$$"
    mv "$kept.$$" "$kept"
  fi
  cat "$kept"
}

ask_apt() {
  local names
  # These are needed only to install packages, or are written in Perl; no program of ours runs them.
  names=$(apt-cache depends --recurse --no-recommends --no-suggests --no-conflicts --no-breaks --no-replaces \
    --no-enhances "$@" | grep '^[a-z]' | grep -Ev '^(dpkg|tar|debconf|perl.*|.*awk|readline-common|openssl|cdebconf.*|.*:.*)$' |
    LC_ALL=C sort -u)
  # shellcheck disable=SC2086
  apt-cache policy $names | awk '/^[^ ]/ {name = substr($1, 1, length($1) - 1)}
    /Candidate:/ && $2 != "(none)" {print name "=" $2}'
}

# fetch_packages NAME=VERSION…: brings the packages into the cache; prints their files.
fetch_packages() {
  local debs=$cache/debs wanted file missing=()
  for wanted in "$@"; do
    file=$(deb_file "$wanted")
    [ -n "$file" ] || missing+=("$wanted")
  done
  if [ ${#missing[@]} -gt 0 ]; then
    say "fetching ${#missing[@]} Debian packages"
    local dir
    dir=$(new_dir)
    (cd "$dir" && apt-get download -qq -o APT::Sandbox::User=root "${missing[@]}" >&2) ||
      die "apt offers packages that it can't fetch: its lists are old. Run apt-get update as root and try again"
    mv "$dir"/*.deb "$debs/"
  fi
  for wanted in "$@"; do
    file=$(deb_file "$wanted")
    [ -n "$file" ] || die "apt-get download gave no file for $wanted"
    echo "$file"
  done
}

deb_file() {
  local version=${1#*=}
  # apt writes the epoch's colon as %3a.
  find "$cache/debs" -name "${1%%=*}_${version//:/%3a}_*.deb" -print -quit
}

# unpack_packages STAGE DEB…: unpacks with /bin, /sbin and /lib merged into /usr.
unpack_packages() {
  local stage=$1 deb
  shift
  merged_usr "$stage"
  for deb in "$@"; do
    dpkg-deb --fsys-tarfile "$deb" | tar -x --keep-directory-symlink --no-same-owner -C "$stage"
  done
}

merged_usr() {
  local dir
  for dir in bin sbin lib lib64; do
    mkdir -p "$1/usr/$dir"
    ln -s "usr/$dir" "$1/$dir"
  done
}

# pick STAGE BELOW TREE PATH…: copies the paths and the libraries that they need from STAGE into TREE, but not what the
# layers BELOW have.
pick() {
  local stage=$1 below=$2 tree=$3 path
  shift 3
  for path in "$@"; do
    pick_file "$stage" "$below" "$tree" "$path"
    if [ "$(head -c4 "$stage/$path" | tail -c3)" = ELF ]; then
      libraries_of "$stage" "$stage/$path" | while read -r path; do pick_file "$stage" "$below" "$tree" "$path"; done
    fi
  done
}

# pick_file … PATH: one file, with the links on the way to it.
pick_file() {
  local stage=$1 below=$2 tree=$3 path=$4 link
  path=$(merged_path "$path")
  [ -e "$stage/$path" ] || die "$path is in none of the Debian packages of this layer"
  [ -e "$tree/$path" ] && return
  [ -n "$below" ] && [ -e "$below/$path" ] && return
  mkdir -p "$tree/$(dirname "$path")"
  cp -P "$stage/$path" "$tree/$path"
  if [ -L "$stage/$path" ]; then
    link=$(readlink "$stage/$path")
    case $link in
      /*) pick_file "$stage" "$below" "$tree" "${link#/}" ;;
      *) pick_file "$stage" "$below" "$tree" "$(realpath -ms --relative-to="$stage" "$stage/$(dirname "$path")/$link")" ;;
    esac
  fi
}

merged_path() {
  case ${1#/} in
    bin/* | sbin/* | lib/* | lib64/*) echo "usr/${1#/}" ;;
    *) echo "${1#/}" ;;
  esac
}

# libraries_of STAGE FILE: paths in STAGE of the shared libraries that FILE needs, found by STAGE's own loader, so that
# the machine's libraries play no part. Nothing for a static program.
libraries_of() {
  local stage=$1 loader listing
  loader=$(cd "$stage" && ls -1 usr/lib64/ld-linux-*.so.* usr/lib/ld-linux-*.so.* 2>/dev/null | head -1) || true
  # Its links are absolute, so that on the build host it is called by its real path.
  listing=$("$stage/$(merged_path "$(readlink "$stage/$loader")")" \
    --library-path "$stage/usr/lib/$(arch_triplet)" --list "$2" 2>&1) || {
    # The loader fails on a static program.
    [ -n "$listing" ] || return 0
    die "the libraries of ${2#"$stage"/} can't be found: $listing"
  }
  case $listing in
    *"not found"*) die "${2#"$stage"/} needs a library of a package that is not listed: $listing" ;;
    *"statically linked"*) return 0 ;;
  esac
  echo "$loader"
  echo "$listing" | sed -n "s#.* => $stage/\(.*\) (0x.*#\1#p"
}

# record_packages TREE STAGE-OF-ORIGIN DEB…: the copyright and the scanner's entry of each package that TREE has a file of.
record_packages() {
  local tree=$1 stage=$2 deb name work
  shift 2
  work=$(new_dir)
  mkdir -p "$tree/var/lib/dpkg/status.d"
  (cd "$tree" && find . \( -type f -o -type l \) -printf '%P\n') | sort >"$work/files"
  for deb in "$@"; do
    name=$(dpkg-deb -f "$deb" Package)
    dpkg-deb --fsys-tarfile "$deb" | tar -t | sed -E 's#^\./##; s#/$##; s#^(bin|sbin|lib|lib64)/#usr/\1/#' | sort >"$work/content"
    if [ -n "$(comm -12 "$work/files" "$work/content")" ] || [ "$name" = "${always_recorded:-}" ]; then
      dpkg-deb -f "$deb" >"$tree/var/lib/dpkg/status.d/$name"
      mkdir -p "$tree/usr/share/doc/$name"
      cp -L "$stage/usr/share/doc/$name/copyright" "$tree/usr/share/doc/$name/copyright"
    fi
  done
}
