# Sourced by build.sh: the layers that images share. Each function prints the layer's key.

glibc_packages="base-files ca-certificates libc6"
csi_packages="btrfs-progs mount"
tools_packages="busybox-static curl"

# The lowest layer of every image: users, CA certificates, writable directories. Static programs need no more.
identity_layer() {
  local versions key tree stage debs
  versions=$(debian_versions $glibc_packages | grep -E '^(base-files|ca-certificates)=')
  key=identity-$({ echo "$versions"; cat "$root/LICENSE"; declare -f identity_layer merged_usr; } | hash_of)
  if ! have_tree "$key"; then
    say "making the layer with certificates and users"
    stage=$(new_dir) tree=$(new_dir)
    debs=$(fetch_packages $versions)
    unpack_packages "$stage" $debs
    merged_usr "$tree"
    mkdir -p "$tree/etc/ssl/certs" "$tree/tmp" "$tree/usr/share/doc/cistern" "$tree/proc" "$tree/sys" "$tree/dev"
    chmod 1777 "$tree/tmp"
    find "$stage/usr/share/ca-certificates" -name '*.crt' | LC_ALL=C sort | while read -r file; do
      sed -e '$a\' "$file"
    done >"$tree/etc/ssl/certs/ca-certificates.crt"
    cp -L "$stage/etc/os-release" "$tree/usr/lib/os-release"
    ln -s ../usr/lib/os-release "$tree/etc/os-release"
    printf 'root:x:0:0:root:/root:/usr/sbin/nologin\nnobody:x:65534:65534:nobody:/:/usr/sbin/nologin\nnonroot:x:65532:65532:nonroot:/:/usr/sbin/nologin\n' >"$tree/etc/passwd"
    printf 'root:x:0:\nnogroup:x:65534:\nnonroot:x:65532:\n' >"$tree/etc/group"
    printf 'passwd: files\ngroup: files\nhosts: files dns\n' >"$tree/etc/nsswitch.conf"
    cp "$root/LICENSE" "$tree/usr/share/doc/cistern/LICENSE"
    always_recorded=ca-certificates record_packages "$tree" "$stage" $debs
    keep_tree "$tree" "$key"
  fi
  echo "$key"
}

# The parts of the C library that a JVM and the CSI tools need, and the locale C.UTF-8, which is not built in: a JVM
# takes the encoding of file names from the locale only.
glibc_layer() {
  local below=$1 triplet key
  triplet=$(arch_triplet)
  debian_layer glibc "$below" "libc6 libc-bin" usr/lib/$triplet/{libc.so.6,libm.so.6,libdl.so.2,libpthread.so.0,librt.so.1} \
    usr/lib/$triplet/{libresolv.so.2,libnss_dns.so.2,libnss_files.so.2} \
    usr/lib/locale/C.utf8/LC_{ADDRESS,COLLATE,CTYPE,IDENTIFICATION,MEASUREMENT,MESSAGES/SYS_LC_MESSAGES,MONETARY} \
    usr/lib/locale/C.utf8/LC_{NAME,NUMERIC,PAPER,TELEPHONE,TIME}
}

# What BoringSSL's library was linked with.
populate_libs_layer() {
  debian_layer populate-libs "$1" "libc6 libgcc-s1" "usr/lib/$(arch_triplet)/libgcc_s.so.1"
}

csi_tools_layer() {
  debian_layer csi-tools "$1" "$csi_packages" usr/bin/btrfs usr/sbin/mkfs.btrfs usr/bin/mount usr/bin/umount usr/sbin/losetup
}

test_tools_layer() {
  debian_layer test-tools "$1" "$tools_packages" usr/bin/busybox usr/bin/curl
}

# debian_layer NAME LOWER-KEYS PACKAGES PATH…: a layer with the paths out of the packages, their libraries included,
# without what the lower layers have.
debian_layer() {
  local name=$1 lower=$2 packages=$3 versions key tree stage below debs layer
  shift 3
  versions=$(debian_versions $packages)
  key=$name-$({ echo "$versions $lower $*"; cat "$images/lib/debian.sh"; declare -f debian_layer add_applets; } | hash_of)
  if ! have_tree "$key"; then
    say "making the layer $name"
    stage=$(new_dir) tree=$(new_dir) below=$(new_dir)
    for layer in $lower; do cp -al "$cache/trees/$layer/." "$below/"; done
    debs=$(fetch_packages $versions)
    unpack_packages "$stage" $debs
    pick "$stage" "$below" "$tree" "$@"
    [ -e "$tree/usr/bin/busybox" ] && add_applets "$tree"
    record_packages "$tree" "$stage" $debs
    keep_tree "$tree" "$key"
  fi
  echo "$key"
}

add_applets() {
  local applet
  "$1/usr/bin/busybox" --list | while read -r applet; do
    [ -e "$1/usr/bin/$applet" ] || ln -s busybox "$1/usr/bin/$applet"
  done
}
