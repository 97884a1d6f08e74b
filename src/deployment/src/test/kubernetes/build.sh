#!/usr/bin/env bash
# Builds a real Kubernetes control plane (etcd, kube-apiserver, kube-controller-manager, kube-scheduler) from its sources
# through the Go module proxy. Needs Go 1.26 and some ten minutes of two cores; a program that is there already is kept.
#
#   build.sh [FOLDER]        ~/.cache/draem/kubernetes-1.36.3 if none is given, where the tests look
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
folder=${1:-$HOME/.cache/draem/kubernetes-1.36.3}
bin=$(mkdir -p "$folder" && cd "$folder" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp -r "$here"/go.mod "$here"/go.sum "$here"/tools.go "$here"/etcd "$work"
export GOFLAGS="-mod=mod -buildvcs=false"

build() { # name, folder of the module, package, linker flags
  if [ ! -x "$bin/$1" ]; then
    (cd "$2" && go build -trimpath -ldflags "-s -w $4" -o "$bin/$1.part" "$3")
    mv "$bin/$1.part" "$bin/$1"
    echo "$bin/$1"
  fi
}

build etcd "$work/etcd" go.etcd.io/etcd/server/v3 ""
version="-X k8s.io/component-base/version.gitVersion=v1.36.3 -X k8s.io/component-base/version.gitMajor=1 -X k8s.io/component-base/version.gitMinor=36"
for command in kube-apiserver kube-controller-manager kube-scheduler; do
  build "$command" "$work" "k8s.io/kubernetes/cmd/$command" "$version"
done
