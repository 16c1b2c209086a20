#!/bin/bash
# Turns the large image of images.sh into the forms that can be read lazily: large-estargz/ and large-zstd-chunked/, by the
# libraries that podman and the stargz snapshotter write them with. What exists is kept. Then reads both, counting bytes.
# Needs Go, and its module proxy. Usage: lazy-images.sh [--tool FILE]: only compiles the program that does it.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
work=${SEAWORTHY_BENCH_DIR:-$root/.cache/bench}
command -v go > /dev/null || { echo "missing Debian package: golang-go (1.25 or later)" >&2; exit 1; }
tool=$work/lazy-image
[ "${1:-}" != --tool ] || tool=$2

if [ ! -x "$tool" ]; then
  module=$(mktemp -d)
  trap 'rm -rf "$module"' EXIT
  cp "$root/bench/lazy-image/main.go" "$module"
  (
    cd "$module"
    go mod init lazy-image
    go get github.com/containerd/stargz-snapshotter/estargz@v0.19.1 github.com/containers/storage@v1.59.1
    go mod tidy
    go build -o "$tool" .
  ) >&2
fi
[ "${1:-}" != --tool ] || exit 0

cd "$work"
for form in estargz zstd:chunked; do
  name=large-${form/:/-}
  [ -e "$name/oci/index.json" ] && continue
  rm -rf "$name" "$name.part"
  "$tool" "$form" large/oci "$name.part/oci" >&2
  mv "$name.part" "$name"
done
for name in large-estargz large-zstd-chunked; do
  "$root/node_modules/.bin/node" "$root/bench/lazy-read.ts" "$work/$name/oci"
done
