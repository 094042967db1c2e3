#!/usr/bin/env bash
# Builds Cistern's images as OCI tars, without a Docker engine: target/images/IMAGE.tar. Nothing unchanged is built again.
#
#   deploy/images/build.sh [IMAGE…]                     all, or the named ones
#   deploy/images/build.sh --command DIR                the image populate, and from it the command cistern: DIR/bin/cistern
#   deploy/images/build.sh --push REGISTRY/PREFIX [IMAGE…]   and push them as REGISTRY/PREFIX/IMAGE:TAG
#
# --tag TAG       the tag to push under, instead of the one in image.json
# --plain-http    push without TLS
# CISTERN_CACHE   where layers are kept (default ~/.cache/cistern)
set -Eeuo pipefail
shopt -s inherit_errexit
# Hash keys must not depend on the builder's locale and umask.
export LC_ALL=C
umask 022
trap 'echo "images: failed at ${BASH_SOURCE[0]##*/}:$LINENO: $BASH_COMMAND" >&2' ERR
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
. "$root/deploy/images/lib/common.sh"
. "$root/deploy/images/lib/debian.sh"
. "$root/deploy/images/lib/layers.sh"
. "$root/deploy/images/lib/java.sh"
. "$root/deploy/images/lib/command.sh"

all="populate controller csi csi-provisioner test-tools"

# layers_of IMAGE: the keys of its layers, the lowest first.
layers_of() {
  local identity glibc added
  identity=$(identity_layer)
  case $1 in
    populate) java_layers "$identity" populate populate-job/job dev.cistern.populate.Main ;;
    controller) java_layers "$identity" controller populator-controller dev.cistern.controller.Main ;;
    csi) java_layers "$identity" csi csi dev.cistern.csi.Main ;;
    csi-provisioner)
      added=$(provisioner_layer)
      echo "$identity $added"
      ;;
    test-tools)
      glibc=$(glibc_layer "$identity")
      added=$(test_tools_layer "$identity $glibc")
      echo "$identity $glibc $added"
      ;;
    *) die "there is no image $1; there are: $all" ;;
  esac
}

# java_layers IDENTITY IMAGE MODULE MAIN. What changes least lies lowest.
java_layers() {
  local keys=$1 image=$2 module=$3 main=$4 added
  added=$(glibc_layer "$keys")
  keys+=" $added"
  if [ "$image" = csi ]; then
    added=$(csi_tools_layer "$keys")
    keys+=" $added"
  fi
  if [ "$image" = populate ]; then
    added=$(populate_libs_layer "$keys")
    keys+=" $added"
  fi
  added=$(jre_layer)
  keys+=" $added"
  added=$(app_layers "$image" "$module")
  keys+=" $added"
  added=$(aot_layer "$image" "$main" "$keys")
  echo "$keys $added"
}

# The static program that the test cluster uses is the shipped one.
provisioner_layer() {
  local program key tree
  program=$("$root/test/cluster/cluster" part csi-provisioner)
  key=csi-provisioner-$(hash_files "$program")
  if ! have_tree "$key"; then
    tree=$(new_dir)
    mkdir -p "$tree/usr/bin"
    cp "$program" "$tree/usr/bin/csi-provisioner"
    keep_tree "$tree" "$key"
  fi
  echo "$key"
}

labels_of() {
  local image=$1 keys=$2 key packages
  packages=$(for key in $keys; do
    find "$cache/trees/$key/var/lib/dpkg/status.d" -type f -exec awk '/^Package:/ {p = $2} /^Version:/ {print p "=" $2}' {} \; 2>/dev/null || true
  done | sort -u | paste -sd' ')
  echo "org.opencontainers.image.title=cistern/$image"
  echo "org.opencontainers.image.version=$version"
  echo "org.opencontainers.image.licenses=Apache-2.0"
  [ -z "${CISTERN_SOURCE_URL:-}" ] || echo "org.opencontainers.image.source=$CISTERN_SOURCE_URL"
  echo "dev.cistern.image.debian-packages=$packages"
  case " $keys" in *" jre-"*) echo "dev.cistern.image.java=$(sed -n 's/^JAVA_RUNTIME_VERSION="\(.*\)"/\1/p' "$JAVA_HOME/release")" ;; esac
}

build_image() {
  local image=$1 keys spec key kept layer label arguments=()
  spec=$images/$image/image.json
  keys=$(layers_of "$image")
  for layer in $keys; do arguments+=(-layer "$cache/layers/$layer.tar.gz"); done
  while read -r label; do arguments+=(-label "$label"); done < <(labels_of "$image" "$keys")
  key=$({ echo "$pack" "${arguments[@]}"; cat "$spec"; } | hash_of)
  kept=$cache/images/$image-$key.tar
  if [ ! -f "$kept" ]; then
    say "writing $image"
    mkdir -p "$cache/images"
    "$pack" image -spec "$spec" "${arguments[@]}" -out "$kept"
    "$pack" show "$kept" | tail -1 >"$kept.size"
  fi
  touch "$kept"
  mkdir -p "$root/target/images"
  # A link where it can be one: the same file, no second copy.
  ln -f "$kept" "$root/target/images/$image.tar" 2>/dev/null || cp "$kept" "$root/target/images/$image.tar"
  cat "$kept.size" >>"$sizes"
  # shellcheck disable=SC2086
  if [ "$image" = populate ] && [ -n "$command" ]; then write_command "$command" $keys; fi
  if [ -n "$push" ]; then
    "$pack" image -spec "$spec" -name "$push/$image:${tag:-$(spec_tag "$spec")}" "${plain[@]}" "${arguments[@]}" -push
  fi
  forget_old "$image"
}

spec_tag() { sed -n 's/.*"name": *"[^"]*:\([^":]*\)".*/\1/p' "$1"; }

# Keeps the last few of each image, and layers for two weeks.
forget_old() {
  find "$cache/images" -name "$1-????????????????.tar" -printf '%T@ %p\n' | sort -rn | tail -n +4 | cut -d' ' -f2 |
    while read -r old; do rm -f "$old" "$old.size"; done
}

# Layers and jars that no build has used for two weeks.
forget_unused() {
  local layer
  find "$cache/layers" -name '*.tar.gz' -mtime +14 | while read -r layer; do
    rm -rf "$layer" "$cache/trees/$(basename "$layer" .tar.gz)"
  done
  find "$cache/jars" "$cache/versions" -mindepth 1 -maxdepth 1 -mtime +14 -exec rm -rf {} +
}

push= tag= plain=() wanted=() command=
while [ $# -gt 0 ]; do
  case $1 in
    --push) push=${2:?--push needs REGISTRY/PREFIX} && shift 2 ;;
    --command) command=$(readlink -m "${2:?--command needs a directory}") && shift 2 ;;
    --tag) tag=${2:?--tag needs a tag} && shift 2 ;;
    --plain-http) plain=(-insecure) && shift ;;
    -h | --help) sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}" && exit ;;
    -*) die "there is no option $1; see --help" ;;
    *) wanted+=("$1") && shift ;;
  esac
done
if [ ${#wanted[@]} -eq 0 ]; then
  if [ -n "$command" ]; then wanted=(populate); else read -ra wanted <<<"$all"; fi
fi
for image in "${wanted[@]}"; do
  case " $all " in *" $image "*) ;; *) die "there is no image $image; there are: $all" ;; esac
done

. "$root/.mvn/find-jdk.sh"
need_debian
mkdir -p "$cache"/{bin,debs,images,jars,layers,trees,versions,work}
# One build at a time: they would write each other's target directories.
exec 9>"$cache/lock"
flock -n 9 || { say "waiting for another build of images to end" && flock 9; }
trap drop_work EXIT
drop_work
build_pack
version=$(sed -n '0,/<version>/s#.*<version>\(.*\)</version>.*#\1#p' "$root/pom.xml")
sizes=$(new_dir)/sizes
for image in "${wanted[@]}"; do build_image "$image"; done
forget_unused
printf '%-36s %14s %12s  %s\n' IMAGE "COMPRESSED MiB" "UNPACKED MiB" DIGEST
cat "$sizes"
say "the tars are in target/images"
