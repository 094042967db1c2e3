# Sourced by build.sh: the command `cistern` for hosts without a container engine, from the layers of the image
# populate. It has the image's JRE, jars and AOT cache, so that it starts as fast and behaves the same; the host needs
# glibc 2.17 or newer.

# write_command DIR KEY…: makes DIR anew from the image's layers.
write_command() {
  local dir=$1 key made
  shift
  made=$(new_dir)
  mkdir -p "$made/bin" "$made/share/doc"
  for key in "$@"; do
    case $key in
      jre-*) cp -a "$cache/trees/$key/opt/java" "$made/java" ;;
      libs-* | populate-[0-9a-f]* | aot-populate-*) cp -a "$cache/trees/$key/app" "$made/" ;;
    esac
  done
  cp "$root/LICENSE" "$made/share/doc/LICENSE"
  install -m 755 "$images/populate/cistern" "$made/bin/cistern"
  # A wrong path would only be noticed as a slow start.
  local said
  said=$(CISTERN_JAVA_OPTIONS=-XX:AOTMode=on "$made/bin/cistern" version 2>&1) ||
    die "the command does not start with its AOT cache: $said"
  # Replaces only the output of an earlier build.
  [ ! -e "$dir" ] || [ -x "$dir/bin/cistern" ] || die "$dir is there and is no earlier build of the command; remove it, or give another"
  rm -rf "$dir"
  mkdir -p "$(dirname "$dir")"
  chmod 755 "$made"
  mv -T "$made" "$dir"
  say "$said: $dir/bin/cistern"
}
