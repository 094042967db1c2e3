# Sourced by build.sh: the cache and its naming. Entries are keyed by the hash of their inputs, and appear under their
# name only when complete.

images=$root/deploy/images
cache=${CISTERN_CACHE:-$HOME/.cache/cistern}/images
# 2026-01-01T00:00:00Z, as in pack/layer.go and the parent pom.
epoch=1767225600

say() { echo "images: $*" >&2; }
die() {
  echo "images: $*" >&2
  exit 1
}

# hash_of: the key of stdin.
hash_of() { sha256sum | cut -c1-16; }

# hash_files FILE…: the key of the files' names and contents.
hash_files() { sha256sum "$@" | hash_of; }

# new_dir: a directory in the cache that a build works in, gone when the script ends.
new_dir() {
  mktemp -d "$cache/work/$$.XXXXXX"
}

drop_work() {
  # Removes directories of killed builds: their process does not exist any more.
  local dir pid
  for dir in "$cache"/work/*; do
    [ -d "$dir" ] || continue
    pid=${dir##*/}
    pid=${pid%%.*}
    if [ "$pid" = $$ ] || ! kill -0 "$pid" 2>/dev/null; then rm -rf "$dir"; fi
  done
}

# keep_tree TREE KEY: puts a finished tree into the cache and makes its layer. Times are fixed here, because the JVM
# records the times of its jars in the AOT cache and compares them with what it finds in the container.
keep_tree() {
  local tree=$1 key=$2
  find "$tree" -exec touch -h -d "@$epoch" {} +
  "$pack" layer -out "$cache/layers/$key.tar.gz" "$tree"
  chmod 755 "$tree"
  # The tree comes last: where it is, its layer is too. Someone else may have made the same one.
  mv -T "$tree" "$cache/trees/$key" 2>/dev/null || [ -d "$cache/trees/$key" ]
}

# have_tree KEY: whether it is there; says so to forget_unused too.
have_tree() { [ -d "$cache/trees/$1" ] && [ -f "$cache/layers/$1.tar.gz" ] && touch "$cache/layers/$1.tar.gz"; }

# build_pack sets $pack to the program that writes layers and images.
build_pack() {
  local key
  key=$(find "$images/pack" -name "go.*" -o -name "*.go" ! -name "*_test.go" | sort | xargs cat | hash_of)
  pack=$cache/bin/pack-$key
  [ -x "$pack" ] && return
  command -v go >/dev/null || die "the image writer has to be built and there is no go command: install Go 1.26 or newer"
  say "building the image writer"
  (cd "$images/pack" && CGO_ENABLED=0 GOWORK=off go build -trimpath -ldflags="-s -w" -o "$pack.$$" .)
  mv "$pack.$$" "$pack"
}
