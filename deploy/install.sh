#!/usr/bin/env bash
# Installs Cistern on the cluster of the current kubectl context, or upgrades it there; safe to run again.
#
#   deploy/install.sh --registry REGISTRY/PREFIX   builds the images, pushes them there, applies deploy/ with them, waits
#   deploy/install.sh --images-loaded              the nodes have the images already (docs/install.md): applies deploy/, waits
#
# --tag TAG        tag of the images (default: the project's version of those that are pushed, dev of those that are loaded)
# --plain-http     push without TLS
# --pull-secret NAME   Secret with the registry's credentials; may be given more than once. It has to be in each namespace that pulls
#                  images: cistern-system, cistern-populate, ack-volume-populator, and those of claims with an inline backend
# --manifests DIR  what to apply instead of deploy/, such as deploy/core or deploy/cross-namespace (docs/install.md)
# --render         print what would be applied; nothing is built, pushed or applied
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
say() { echo "install: $*" >&2; }
die() {
  say "$*"
  exit 1
}

registry='' loaded='' tag='' plain=() secrets=() manifests=$root/deploy render=''
while [ $# -gt 0 ]; do
  case $1 in
    --registry) registry=${2:?--registry needs REGISTRY/PREFIX} && shift 2 ;;
    --images-loaded) loaded=1 && shift ;;
    --tag) tag=${2:?--tag needs a tag} && shift 2 ;;
    --plain-http) plain=(--plain-http) && shift ;;
    --pull-secret) secrets+=("${2:?--pull-secret needs the name of a Secret}") && shift 2 ;;
    --manifests) manifests=$(cd "${2:?--manifests needs a directory}" && pwd) && shift 2 ;;
    --render) render=1 && shift ;;
    -h | --help) sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}" && exit ;;
    *) die "there is no option $1; see --help" ;;
  esac
done
[ -n "$registry" ] || [ -n "$loaded" ] || die "say where the images are to go: --registry REGISTRY/PREFIX, or --images-loaded; see --help"
[ -z "$registry" ] || [ -z "$loaded" ] || die "--registry and --images-loaded contradict each other: leave one of them out"
[[ -z $tag || $tag =~ ^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$ ]] || die "--tag: \"$tag\" is no tag of an image"
for secret in "${secrets[@]}"; do
  [[ $secret =~ ^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$ ]] || die "--pull-secret: \"$secret\" is no name of a Secret"
done
command -v kubectl >/dev/null || die "there is no kubectl on the PATH"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# variable NAME VALUE: another one of the controller.
variable() {
  cat <<YAML
- target: {kind: Deployment, name: cistern-controller}
  patch: |
    - op: add
      path: /spec/template/spec/containers/0/env/-
      value: {name: $1, value: "$2"}
YAML
}

# pulled_with KIND LIST: the pods of all workloads of a kind pull their images with these Secrets.
pulled_with() {
  cat <<YAML
- target: {kind: $1}
  patch: |
    - op: add
      path: /spec/template/spec/imagePullSecrets
      value: [$2]
YAML
}

overlay() {
  local prefix=${registry:-cistern} name provisioner base
  provisioner=$(sed -n 's/.*"name": *"[^"]*:\([^":]*\)".*/\1/p' "$root/deploy/images/csi-provisioner/image.json")
  # kustomize accepts only relative paths.
  base=$(realpath --relative-to="$work" "$manifests")
  {
    cat <<YAML
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources: [$base]
YAML
    if [ -n "$tag" ]; then
      cat <<YAML
images:
- {name: cistern/controller, newName: $prefix/controller, newTag: "$tag"}
- {name: cistern/csi, newName: $prefix/csi, newTag: "$tag"}
- {name: cistern/csi-provisioner, newName: $prefix/csi-provisioner, newTag: "$provisioner"}
YAML
    fi
    echo "patches:"
    # The Jobs' image is not a container of a manifest but a variable of the controller, and so are its Secrets.
    [ -z "$tag" ] || variable CISTERN_POPULATE_IMAGE "$prefix/populate:$tag"
    if [ ${#secrets[@]} -gt 0 ]; then
      variable CISTERN_POPULATE_IMAGE_PULL_SECRETS "$(IFS=,; echo "${secrets[*]}")"
      name=$(printf '{name: "%s"}, ' "${secrets[@]}")
      pulled_with Deployment "${name%, }"
      pulled_with DaemonSet "${name%, }"
    fi
  } >"$work/kustomization.yaml"
  manifests=$work
}

# missing_secrets: says where a Secret is not there that images are pulled with.
missing_secrets() {
  local namespace secret
  for namespace in cistern-system cistern-populate ack-volume-populator; do
    grep -q "^  name: $namespace\$" "$work/all.yaml" || continue
    for secret in "${secrets[@]}"; do
      kubectl -n "$namespace" get secret "$secret" >"$work/said" 2>&1 || {
        cat "$work/said" >&2
        say "pods in $namespace pull no image without the Secret $secret; make it by:" \
          "kubectl -n $namespace create secret docker-registry $secret --docker-server=… --docker-username=… --docker-password=…"
      }
    done
  done
}

[ -z "$registry" ] || [ -n "$tag" ] ||
  tag=$(sed -n '0,/<version>/s#.*<version>\(.*\)</version>.*#\1#p' "$root/pom.xml")
[ -z "$tag" ] && [ ${#secrets[@]} = 0 ] || overlay
if [ -n "$render" ]; then
  kubectl kustomize --load-restrictor LoadRestrictionsNone "$manifests"
  exit
fi
if [ -n "$registry" ]; then
  say "building the images and pushing them to $registry"
  "$root/deploy/images/build.sh" --push "$registry" --tag "$tag" "${plain[@]}" populate controller csi >&2
  "$root/deploy/images/build.sh" --push "$registry" "${plain[@]}" csi-provisioner >&2
fi
say "applying the manifests to $(kubectl config current-context)"
kubectl kustomize --load-restrictor LoadRestrictionsNone "$manifests" >"$work/all.yaml"
status=0
kubectl apply --server-side -f "$work/all.yaml" >"$work/said" 2>&1 || status=$?
# Kubernetes before 1.36 has no MutatingAdmissionPolicies; docs/install.md says what that means.
policies='MutatingAdmissionPolicy\|ensure CRDs are installed first'
others=$(grep -v "serverside-applied\$\|^Warning:\|$policies" "$work/said" || true)
if [ $status != 0 ] && { [ -n "$others" ] || ! grep -q "$policies" "$work/said"; }; then
  cat "$work/said" >&2
  die "kubectl apply failed; correct what it names and run this again"
fi
grep -v 'serverside-applied$' "$work/said" >&2 || true
missing_secrets
say "waiting until the kinds are known and the pods are ready"
kubectl wait --for=condition=Established crd -l app.kubernetes.io/part-of=cistern --timeout=60s >/dev/null
kubectl apply --server-side -k "$root/deploy/populators" >/dev/null
kubectl -n cistern-system rollout status deployment,daemonset --timeout=300s >&2 ||
  die "the pods are not ready after 300 s; see: kubectl -n cistern-system describe pods"
say "Cistern runs; kubectl get sb,ovp,vpop -A shows what there is"
