#!/usr/bin/env bash
# Upgrades a cluster from an older commit to this checkout while runs are in the middle, and checks that each goes on.
#
#   test/upgrade.sh COMMIT     COMMIT is the older version, such as a release's tag
#
# Runs that the old controller and the old image made, when the upgrade happens:
#   waiting   its claim has no pod yet: recorded, nothing started
#   filling   its Job runs with the old image, and ends under the new controller
#   killed    its pod is killed after the upgrade: the next attempt is the new image's, and reads the old one's journal
#   done      bound before; nothing may happen to it
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
. .mvn/find-jdk.sh
unset AWS_CA_BUNDLE
old_commit=$(git rev-parse --verify "${1:?say which commit to upgrade from}^{commit}")

name=upgrade
cluster=test/cluster/cluster
work=$root/test/target/upgrade
old=$work/old
say() { printf '\n==> %s\n' "$*"; }
fail() {
  echo "upgrade: $*" >&2
  exit 1
}
s3_pid=''
clean_up() {
  local status=$?
  trap - EXIT INT TERM
  if [ $status != 0 ]; then
    echo "upgrade: failed (status $status)" >&2
    [ -z "${KUBECONFIG:-}" ] || "$kubectl_path" describe vpop,pvc -n team-a >&2 || true
  fi
  [ -z "$s3_pid" ] || kill "$s3_pid" 2>/dev/null || true
  $cluster down --name $name || status=1
  git worktree remove --force "$old" 2>/dev/null || true
  rm -rf "$work"
  exit $status
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

say "building the images of ${old_commit:0:12} and of this checkout"
rm -rf "$work"
mkdir -p "$work/s3/datasets/library"
git worktree add --quiet --detach "$old" "$old_commit"
"$old/deploy/images/build.sh"
deploy/images/build.sh
$cluster build pause kubernetes containerd coredns versitygw

say "a cluster with the old version on it"
KUBECONFIG=$($cluster up --name $name --nodes 1 | sed -n 's/^KUBECONFIG=//p' | tail -n 1)
export KUBECONFIG
kubectl_path=$($cluster part kubectl)
kubectl() { "$kubectl_path" "$@"; }
install() { # the checkout whose images and manifests it is
  $cluster load --name $name "$1"/target/images/*.tar >/dev/null
  kubectl apply --server-side --force-conflicts -k "$1/deploy" >/dev/null
  kubectl wait --for=condition=Established crd --all --timeout=60s >/dev/null
  kubectl apply --server-side --force-conflicts -k "$1/deploy/populators" >/dev/null
  # The tag is the same: only new pods have the new image.
  kubectl -n cistern-system rollout restart deployment,daemonset >/dev/null
  kubectl -n cistern-system rollout status deployment,daemonset --timeout=120s
}
install "$old"

say "an S3 server with 60 files of 2 MiB"
for i in $(seq 60); do head -c 2097152 /dev/urandom >"$work/s3/datasets/library/part-$i"; done
(cd "$work/s3/datasets/library" && sha256sum -- * | LC_ALL=C sort -k2) >"$work/expected"
setsid $cluster run --name $name -- "$($cluster part versitygw)" --access AKIACISTERNTEST --secret cistern-test-secret \
  --region us-east-1 --port 10.70.0.1:9000 --keep-alive --quiet posix "$work/s3" >"$work/s3.log" 2>&1 </dev/null &
s3_pid=$!
kubectl create namespace team-a >/dev/null
sed 's#http://s3.object-store.svc:9000#http://10.70.0.1:9000#' "$old/examples/s3-backend.yaml" | kubectl apply -f - >/dev/null
kubectl apply -f - >/dev/null <<YAML
apiVersion: cistern.dev/v1alpha1
kind: ObjectVolumePopulator
metadata: {name: slow, namespace: team-a}
spec:
  # 120 MiB take half a minute, so that the upgrade happens in the middle.
  generic: {throughput: 4}
  sources: [{backendRef: {name: s3-backend}, path: "s3://datasets/library/"}]
---
apiVersion: cistern.dev/v1alpha1
kind: ObjectVolumePopulator
metadata: {name: fast, namespace: team-a}
spec:
  sources: [{backendRef: {name: s3-backend}, path: "s3://datasets/library/"}]
YAML
claim() { # name, populator, storage class
  kubectl apply -f - >/dev/null <<YAML
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: $1, namespace: team-a}
spec:
  accessModes: [ReadWriteOnce]
  storageClassName: $3
  resources: {requests: {storage: 256Mi}}
  dataSourceRef: {apiGroup: cistern.dev, kind: ObjectVolumePopulator, name: $2}
YAML
}
run_of() { kubectl get vpop -n team-a -o jsonpath="{.items[?(@.spec.pvc.name=='$1')]$2}"; }
until_true() { # seconds, words, command
  local deadline=$((SECONDS + $1)) words=$2
  shift 2
  until "$@"; do
    [ $SECONDS -lt $deadline ] || fail "$words"
    sleep 0.5
  done
}
is_bound() { [ "$(kubectl get pvc -n team-a "$1" -o jsonpath='{.status.phase}')" = Bound ]; }
is_recorded() { [ -n "$(run_of "$1" .metadata.name)" ]; }
# A few files are whole and in the journal by then.
is_in_the_middle() { [ "$(run_of "$1" .status.progress.filesDone)" -ge 8 ] 2>/dev/null; }

claim done fast cistern-local-immediate
until_true 120 "the old version did not fill a claim" is_bound done
claim waiting fast cistern-local
claim filling slow cistern-local-immediate
claim killed slow cistern-local-immediate
until_true 60 "a claim without a pod has no run" is_recorded waiting
until_true 60 "filling is not in the middle" is_in_the_middle filling
until_true 60 "killed is not in the middle" is_in_the_middle killed
kubectl get vpop -n team-a
done_version=$(kubectl get pvc done -n team-a -o jsonpath='{.spec.volumeName}')

say "the upgrade"
install "$root"
kubectl get vpop -n team-a
! is_bound filling || fail "filling ended before the upgrade: nothing was shown"
old_pod=$(kubectl get pods -A -o jsonpath="{range .items[*]}{.metadata.namespace}/{.metadata.name}{'\n'}{end}" | grep "$(run_of killed .spec.pvc.uid)" | head -n 1)
[ -n "$old_pod" ] || fail "killed has no pod"
kubectl delete pod -n "${old_pod%/*}" "${old_pod#*/}" --grace-period=0 --force 2>/dev/null

reader() { # name, claim
  kubectl apply -f - >/dev/null <<YAML
apiVersion: v1
kind: Pod
metadata: {name: $1, namespace: team-a}
spec:
  restartPolicy: Never
  containers:
  - name: reader
    image: cistern/test-tools:dev
    command: [sh, -c, "cd /data && find . -type f ! -path './lost+found/*' | sed 's#^./##' | sort | xargs sha256sum"]
    volumeMounts: [{name: data, mountPath: /data}]
  volumes: [{name: data, persistentVolumeClaim: {claimName: $1}}]
YAML
}
for claim in waiting filling killed "done"; do reader "$claim" "$claim"; done
for claim in waiting filling killed "done"; do
  until_true 180 "$claim is not bound" is_bound "$claim"
  kubectl wait -n team-a --for=jsonpath='{.status.phase}'=Succeeded "pod/$claim" --timeout=120s >/dev/null
  kubectl logs -n team-a "$claim" | LC_ALL=C sort -k2 >"$work/read"
  diff "$work/expected" "$work/read" || fail "$claim has other data than the bucket"
  echo "$claim: 60 files as in the bucket; attempts $(run_of "$claim" .status.attempts), resumed bytes $(run_of "$claim" .status.progress.bytesResumed)"
done
[ "$(kubectl get pvc done -n team-a -o jsonpath='{.spec.volumeName}')" = "$done_version" ] || fail "the claim that was bound has another volume"
[ "$(run_of filling .status.attempts)" = 1 ] || fail "filling needed another attempt"
[ "$(run_of killed .status.progress.bytesResumed)" -gt 0 ] || fail "killed read everything again: the new image did not take the old journal"
say "every run went on: ${old_commit:0:12} to $(git describe --always --dirty)"
