# Sourced by build.sh: the layers of the Java images. They are, from below: the JRE (one for all three, so that a node
# keeps it once), the libraries, the program, the AOT cache.

# Modules that the programs, their libraries and the JVM use: check_modules compares the list with jdeps' result.
# jdk.jfr, jdk.management: to inspect a running process. jdk.crypto.ec is not needed since 22.
jre_modules=java.base,java.instrument,java.logging,java.management,java.naming,java.net.http,java.security.jgss
jre_modules+=,java.sql,java.xml,jdk.jfr,jdk.management,jdk.net,jdk.unsupported
# Modules that only unused parts of libraries need: annotation processors, java.beans.
unused_modules=java.compiler,java.desktop

jre_layer() {
  local key tree
  # zip-0: the layer is compressed as a whole, which gives a smaller image (24 MB instead of 29) and classes that need no
  # inflating at the start.
  local options="--strip-debug --no-header-files --no-man-pages --compress zip-0"
  key=jre-$({ cat "$JAVA_HOME/release"; echo "$jre_modules $options"; declare -f jre_layer; } | hash_of)
  if ! have_tree "$key"; then
    say "linking the JRE"
    tree=$(new_dir)
    mkdir -p "$tree/opt"
    # shellcheck disable=SC2086
    "$JAVA_HOME/bin/jlink" --add-modules "$jre_modules" $options --output "$tree/opt/java"
    # Launchers of tools and the list for dumping a default CDS archive: nothing in a container uses them.
    find "$tree/opt/java/bin" -type f ! -name java -delete
    rm -f "$tree/opt/java/lib/classlist" "$tree/opt/java/lib/jexec"
    keep_tree "$tree" "$key"
  fi
  echo "$key"
}

# dir_of NAME: the directory of the module whose artifact is cistern-NAME: NAME, or below another directory, whose name may be its first part.
dir_of() {
  local dir
  for dir in "$root/$1" "$root"/*/"$1" "$root/${1/-//}"; do
    if [ -f "$dir/pom.xml" ]; then
      echo "${dir#"$root/"}"
      return
    fi
  done
  die "no module has the artifact cistern-$1"
}

# modules_of MODULE: the directories of the module, of what it lies in and of the modules of this project that it needs.
modules_of() {
  local todo=("$1") seen=" " dir name
  while [ ${#todo[@]} -gt 0 ]; do
    dir=${todo[0]} todo=("${todo[@]:1}")
    case $seen in *" $dir "*) continue ;; esac
    seen+="$dir "
    echo "$dir"
    for name in $(sed -n 's#.*<artifactId>cistern-\([a-z-]*\)</artifactId>.*#\1#p' "$root/$dir/pom.xml"); do
      todo+=("$(dir_of "$name")")
    done
  done
}

sources_hash() {
  local module
  (cd "$root" && for module in . $(modules_of "$1" | sort); do
    if grep -q '<packaging>pom<' "$module/pom.xml"; then
      echo "$module/pom.xml"
    else
      find "$module" -type f -not -path "$module/target/*" -not -path "$module/src/test/*"
    fi
  done | LC_ALL=C sort | tr '\n' '\0' | xargs -0 sha256sum) | hash_of
}

# jars MODULE: a directory in the cache with the module's jar and all that it needs at run time.
jars() {
  local module=$1 name=${1##*/} hash kept dir jar other=aarch_64
  [ "$(uname -m)" = x86_64 ] || other=x86_64
  hash=$(sources_hash "$module")
  kept=$cache/jars/$name-$hash
  while [ ! -d "$kept" ]; do
    say "building $module with Maven"
    rm -rf "$root/$module/target/dependency"
    (cd "$root" && ./mvnw -q -pl "$module" -am -DskipTests package dependency:copy-dependencies -DincludeScope=runtime >&2)
    dir=$(new_dir)
    find "$root/$module/target" -maxdepth 1 -name "cistern-$name-$version.jar" -exec cp -t "$dir" {} +
    # Native libraries of another architecture are of no use in the image.
    find "$root/$module/target/dependency" -name '*.jar' ! -name "*-linux-$other.jar" -exec cp -t "$dir" {} +
    # An AOT cache takes no classes as old as picocli's.
    for jar in "$dir"/picocli-*.jar; do
      [ ! -f "$jar" ] || "$JAVA_HOME/bin/java" --class-path "$jar" "$root/deploy/images/lib/UpgradeClasses.java" "$jar"
    done
    # The sources may have changed during the build: the result must match its key.
    if [ "$(sources_hash "$module")" = "$hash" ]; then
      mv -T "$dir" "$kept" 2>/dev/null || [ -d "$kept" ]
    else
      hash=$(sources_hash "$module")
      kept=$cache/jars/$name-$hash
    fi
  done
  touch "$kept"
  echo "$kept"
}

# check_modules JARS-DIR: a missing module would only be noticed at run time.
check_modules() {
  local needed module missing=
  needed=$("$JAVA_HOME/bin/jdeps" --multi-release 25 --ignore-missing-deps --print-module-deps --class-path "$1/*" "$1"/cistern-*.jar)
  for module in ${needed//,/ }; do
    case ,$jre_modules,$unused_modules, in *",$module,"*) ;; *) missing+=" $module" ;; esac
  done
  [ -z "$missing" ] || die "the JRE lacks modules that the program uses:$missing. Add them to jre_modules (or to unused_modules) in deploy/images/lib/java.sh"
}

# native JAR: whether it holds libraries for Netty's loader and no class.
native() {
  case $1 in *-boringssl-static-*) true ;; *) false ;; esac
}

# library_apart JAR TREE: takes the JAR's native library of this architecture out of it, and leaves those of the others out. A class that
# finds none in its JAR looks at java.library.path; it would write one from its JAR to a temporary file, and a Job's root is read-only.
library_apart() {
  local jar=$1 tree=$2 arch=amd64 work
  [ "$(uname -m)" = x86_64 ] || arch=aarch64
  work=$(new_dir)
  (cd "$work" && "$JAVA_HOME/bin/jar" xf "$jar")
  mkdir -p "$tree/app/native/META-INF/native"
  cp "$work/linux/$arch"/*.so "$tree/app/native/META-INF/native/"
  find "$work" -name '*.so' -o -name '*.dll' -o -name '*.dylib' | xargs rm
  (cd "$work" && "$JAVA_HOME/bin/jar" --create --file "$tree/app/lib/${jar##*/}" --manifest META-INF/MANIFEST.MF --date=2026-01-01T00:00:00Z .)
  rm -rf "$work"
}

# app_layers IMAGE MODULE: keys of the libraries' and the program's layer. The class path is a file of its own, sorted:
# the AOT cache holds only for the class path it was made with.
app_layers() {
  local image=$1 module=$2 dir libs_key app_key tree options
  dir=$(jars "$module")
  options=$(jvm_options "$image" "$module")
  libs_key=libs-$(cd "$dir" && { find . -name '*.jar' ! -name 'cistern-*' | LC_ALL=C sort | xargs -r sha256sum; declare -f native library_apart app_layers; } | hash_of)
  app_key=$image-$(cd "$dir" && { find . -name '*.jar' | LC_ALL=C sort | xargs sha256sum; cat "$options"; declare -f native library_apart app_layers; } | hash_of)
  if ! have_tree "$libs_key"; then
    say "making the layer with the libraries of $image"
    tree=$(new_dir)
    mkdir -p "$tree/app/lib"
    find "$dir" -name '*.jar' ! -name 'cistern-*' | while read -r jar; do
      if native "$jar"; then
        # Netty would extract the library to a temporary file at each start, which costs time and memory.
        mkdir -p "$tree/app/native"
        (cd "$tree/app/native" && "$JAVA_HOME/bin/jar" xf "$jar")
      else
        case ${jar##*/} in
          zstd-jni-*) library_apart "$jar" "$tree" ;;
          *) cp "$jar" "$tree/app/lib" ;;
        esac
      fi
    done
    keep_tree "$tree" "$libs_key"
  fi
  if ! have_tree "$app_key"; then
    say "making the layer with $module"
    check_modules "$dir"
    tree=$(new_dir)
    mkdir -p "$tree/app"
    cp "$dir"/cistern-*.jar "$tree/app/"
    cp "$options" "$tree/app/jvm.options"
    { cd "$tree/app" && printf -- '-cp\n' && { ls -1 /dev/null "$tree"/app/cistern-*.jar | grep -v /dev/null | sed "s#^$tree##"
      find "$dir" -name '*.jar' ! -name 'cistern-*' | while read -r jar; do native "$jar" || echo "/app/lib/${jar##*/}"; done; } | LC_ALL=C sort | paste -sd:; } >"$tree/app/class-path"
    keep_tree "$tree" "$app_key"
  fi
  echo "$libs_key $app_key"
}

# A module may bring its own options; deploy/images/IMAGE/jvm.options are for those that do not.
jvm_options() {
  local file
  for file in "$root/$2/jvm.options" "$images/$1/jvm.options"; do
    if [ -f "$file" ]; then
      echo "$file"
      return
    fi
  done
  die "neither $2/jvm.options nor deploy/images/$1/jvm.options is there"
}

# image_env IMAGE: the environment that its containers start with, a variable a line. A program's training has the same.
image_env() { sed -n 's/.*"env": *\[\(.*\)\].*/\1/p' "$images/$1/image.json" | grep -o '"[^"]*"' | tr -d '"'; }

# aot_layer IMAGE MAIN LOWER-KEYS: runs the program's training in its own root file system, with the JRE, the paths and the
# times that it will have in a container, and keeps what the JVM learned. deploy/images/IMAGE/train says how to train.
aot_layer() {
  local image=$1 main=$2 lower=$3 key tree rootfs layer log status=0
  local args=() env=() ends=0 seconds=120
  key=aot-$image-$({ echo "$main $lower"; image_env "$image"; cat "$images/$image/train" "$images/lib/in-root.sh"; declare -f aot_layer; } | hash_of)
  if ! have_tree "$key"; then
    say "training $image for its AOT cache"
    rootfs=$(new_dir) tree=$(new_dir) log=$rootfs.log
    for layer in $lower; do cp -al "$cache/trees/$layer/." "$rootfs/"; done
    # shellcheck disable=SC1090
    . "$images/$image/train"
    mapfile -t -O "${#env[@]}" env < <(image_env "$image")
    timeout --signal=TERM --kill-after=60 "$seconds" bash "$images/lib/in-root.sh" "${env[@]}" "$rootfs" \
      /opt/java/bin/java -XX:AOTCacheOutput=/tmp/app.aot @/app/jvm.options @/app/class-path "$main" "${args[@]}" \
      >"$log" 2>&1 || status=$?
    # 124: timeout has ended it, as `ends` may ask for.
    case " $ends " in *" $status "*) ;; *) die "the training of $image ended with status $status: $(said_in "$log")" ;; esac
    [ -s "$rootfs/tmp/app.aot" ] || die "the training of $image left no AOT cache: $(said_in "$log")"
    mkdir -p "$tree/app"
    mv "$rootfs/tmp/app.aot" "$tree/app/app.aot"
    keep_tree "$tree" "$key"
    check_aot "$image" "$main" "$lower $key"
  fi
  echo "$key"
}

# said_in LOG: the program's output, without the JVM's messages about excluded classes.
said_in() { grep -vE '^\[[0-9.]+s\]\[(warning|info)\]\[(aot|cds)|AOT[Cc](ache|onfiguration)' "$1" | tail -30 | cut -c1-500; }

# check_aot IMAGE MAIN KEYS: the JVM only ignores a cache that it cannot use; the build fails.
check_aot() {
  local rootfs layer env
  rootfs=$(new_dir)
  for layer in $3; do cp -al "$cache/trees/$layer/." "$rootfs/"; done
  mapfile -t env < <(image_env "$1")
  bash "$images/lib/in-root.sh" "${env[@]}" "$rootfs" /opt/java/bin/java -XX:AOTMode=on @/app/jvm.options @/app/class-path \
    -XX:AOTCache=/app/app.aot -version >"$rootfs.log" 2>&1 || {
    rm -rf "$cache/trees/${3##* }"
    die "the AOT cache of $1 is of no use to its own JVM: $(cat "$rootfs.log")"
  }
}
