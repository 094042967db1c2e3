#!/usr/bin/env bash
# From nothing to a pod that reads a bucket's data: builds what is missing, starts a cluster and an S3 server with real files,
# applies the manifests of examples/, shows the progress, and compares what the pod reads with what the server holds.
# KEEP=1 leaves everything running at the end.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
. .mvn/find-jdk.sh
unset AWS_CA_BUNDLE

name=demo
cluster=test/cluster/cluster
work=$root/test/target/demo
s3_port=9000
phases=()
began=$SECONDS
phase_began=$SECONDS

bold=$'\e[1m' plain=$'\e[0m'
[ -t 1 ] || bold='' plain=''
say() { printf '\n%s==> %s%s\n' "$bold" "$*" "$plain"; }
show() { printf '%s$ %s%s\n' "$bold" "$*" "$plain"; "$@"; }
phase_done() {
  phases+=("$(printf '%5d s  %s' $((SECONDS - phase_began)) "$1")")
  phase_began=$SECONDS
}
fail() {
  echo "demo: $*" >&2
  exit 1
}

# Two demos would take each other's cluster away. The lock goes with this process.
locks=${CISTERN_CACHE:-$HOME/.cache/cistern}/locks
mkdir -p "$locks"
exec {lock}>"$locks/demo"
flock -n "$lock" || fail "another demo runs on this machine: wait for its end"

s3_pid='' watch_pid=''
clean_up() {
  local status=$?
  trap - EXIT INT TERM
  [ -z "$watch_pid" ] || kill "$watch_pid" 2>/dev/null || true
  if [ "${KEEP:-}" = 1 ] && [ $status = 0 ]; then
    cat <<EOF

Everything is left running (KEEP=1). To look at it:

  export KUBECONFIG=$KUBECONFIG PATH=$(dirname "$kubectl_path"):\$PATH
  kubectl get pvc,vpop -n team-a
  kubectl describe ovp library -n team-a

The bucket is the directory $work/s3/datasets. To stop and remove it all:

  $cluster down --name $name && rm -rf ${work#"$root"/}
EOF
    exit 0
  fi
  say "cleaning up"
  [ -z "$s3_pid" ] || kill "$s3_pid" 2>/dev/null || true
  $cluster down --name $name || status=1
  rm -rf "$work"
  if [ $status = 0 ]; then
    phase_done "cleaning up"
    say "what it took"
    printf '%s\n' "${phases[@]}"
    printf '%5d s  in all\n' $((SECONDS - began))
  else
    echo "demo: failed (status $status)" >&2
  fi
  exit $status
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

say "building what is not in the cache: the cluster's parts, Cistern, its images"
$cluster build pause kubernetes containerd coredns versitygw
deploy/images/build.sh
phase_done "building (nothing, if all was in the cache)"

say "starting a cluster of two nodes, with Cistern on it"
rm -rf "$work"
mkdir -p "$work/s3/datasets" "$work/files"
KUBECONFIG=$($cluster up --name $name --nodes 2 {lock}>&- | sed -n 's/^KUBECONFIG=//p' | tail -n 1)
[ -n "$KUBECONFIG" ] || fail "the cluster did not start"
export KUBECONFIG
kubectl_path=$($cluster part kubectl)
kubectl() { "$kubectl_path" "$@"; }
$cluster load --name $name target/images/*.tar >/dev/null
phase_done "starting the cluster, loading the images"
show kubectl apply --server-side -k deploy | sed -n 1p
kubectl wait --for=condition=Established crd --all --timeout=60s >/dev/null
show kubectl apply --server-side -k deploy/populators | sed -n 1p
kubectl -n cistern-system rollout status deployment,daemonset --timeout=120s
phase_done "installing Cistern"

say "an S3 server with real files: this machine's JDK, the sources of java.base unpacked"
cp -rL "$JAVA_HOME/." "$work/files/jdk"
if [ -f "$JAVA_HOME/lib/src.zip" ]; then
  mkdir "$work/files/src"
  (cd "$work/files/src" && "$JAVA_HOME/bin/jar" xf "$JAVA_HOME/lib/src.zip" java.base)
fi
"$JAVA_HOME/bin/java" test/src/main/java/dev/cistern/test/server/Seed.java \
  "$work/files" "$work/s3/datasets/library" | LC_ALL=C sort -k2 >"$work/expected"
rm -rf "$work/files"
address=10.70.0.1
setsid $cluster run --name $name -- "$($cluster part versitygw)" --access AKIACISTERNTEST --secret cistern-test-secret \
  --region us-east-1 --port $address:$s3_port --keep-alive --quiet posix "$work/s3" >"$work/s3.log" 2>&1 </dev/null {lock}>&- &
s3_pid=$!
echo "$(wc -l <"$work/expected") files, $(du -sh "$work/s3/datasets" | cut -f1), in bucket datasets below library/"
kubectl create namespace object-store >/dev/null
kubectl apply -f - >/dev/null <<EOF
apiVersion: v1
kind: Service
metadata: {name: s3, namespace: object-store}
spec:
  ports: [{name: http, port: 9000, targetPort: $s3_port}]
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: s3-outside, namespace: object-store, labels: {kubernetes.io/service-name: s3}}
addressType: IPv4
ports: [{name: http, port: $s3_port}]
endpoints: [{addresses: ["$address"]}]
EOF
phase_done "making the bucket"

say "what a user does"
show kubectl create namespace team-a
show kubectl apply -f examples/s3-backend.yaml
show kubectl apply -f examples/populator.yaml
show kubectl apply -f examples/pvc.yaml
show kubectl apply -f examples/pod.yaml

say "the volume fills"
printf '%s$ kubectl get vpop -n team-a -w%s\n' "$bold" "$plain"
"$kubectl_path" get vpop -n team-a -w &
watch_pid=$!
if ! kubectl wait -n team-a --for=jsonpath='{.status.phase}'=Bound pvc/library --timeout=180s >"$work/wait.log" 2>&1; then
  kubectl describe pvc,vpop -n team-a
  fail "the PVC is not bound: $(cat "$work/wait.log")"
fi
bound=$SECONDS
kubectl wait -n team-a --for=jsonpath='{.status.phase}'=Succeeded vpop --all --timeout=30s >/dev/null
sleep 0.5
kill "$watch_pid" 2>/dev/null || true
wait "$watch_pid" 2>/dev/null || true
watch_pid=''
phases+=("$(printf '%5d s  of which, from the PVC to Bound with all data' $((bound - phase_began)))")

say "what it tells"
show kubectl describe pvc library -n team-a
show kubectl describe ovp library -n team-a
echo
echo "The run's steps:"
kubectl get vpop -n team-a -o jsonpath='{range .items[*]}{"  "}{.status.startedAt}{"  RunMade"}{"\n"}{range .status.steps[*]}{"  "}{.at}{"  "}{.name}{"\n"}{end}{end}'

say "the pod reads: the checksums of all files, compared with the source's"
if ! kubectl wait -n team-a --for=jsonpath='{.status.phase}'=Succeeded pod/reader --timeout=120s >/dev/null; then
  kubectl describe pod reader -n team-a
  fail "the pod did not end well"
fi
kubectl logs -n team-a reader | LC_ALL=C sort -k2 >"$work/read"
diff "$work/expected" "$work/read" >"$work/difference" ||
  fail "the pod read something else: $(head -n 5 "$work/difference")"
echo "$(wc -l <"$work/read") files, all as in the bucket"
phase_done "filling the volume, reading all of it in a pod"
if [ "${KEEP:-}" = 1 ]; then
  say "what it took"
  printf '%s\n' "${phases[@]}"
  printf '%5d s  in all\n' $((SECONDS - began))
fi
