#!/bin/bash
# Makes the layers here, each of the same files, by the tools that make such layers. Usage: make.sh LAZY-IMAGE [FOLDER]
# LAZY-IMAGE: the program that bench/lazy-images.sh compiles. Needs skopeo (1.9.3 of Debian 12, which writes older annotations).
set -euo pipefail
tool=$1
out=${2:-$(cd "$(dirname "$0")" && pwd)}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
long=$(printf 'long%.0s' $(seq 1 40))
mkdir -p root/{etc,usr/lib,var/lib/dpkg} "root/opt/$long"
printf 'ID=debian\nVERSION_ID="12"\n' > root/etc/os-release
printf 'Package: %s\nStatus: install ok installed\nVersion: 1.0\nArchitecture: amd64\n\n' libc6 zlib1g > root/var/lib/dpkg/status
cp /usr/lib/x86_64-linux-gnu/libutil.so.1 root/usr/lib/libutil.so.1
ln root/usr/lib/libutil.so.1 root/usr/lib/hard.so
ln -s libutil.so.1 root/usr/lib/soft.so
(seq 1 3000; head -c 30000 /dev/zero; seq 1 1000) > root/opt/numbers
: > root/opt/empty
: > root/opt/.wh.gone
: > root/usr/lib/.wh..wh..opq
echo deep > "root/opt/$long/file"
tar --sort=name --mtime=@1700000000 --owner=0 --group=0 --numeric-owner --format=pax \
  --pax-option=delete=atime,delete=ctime -C root -cf layer.tar .
gzip -n < layer.tar > layer
blob() { # blob FILE: puts it among the blobs, prints its digest and size
  local sum
  sum=$(sha256sum < "$1" | cut -d' ' -f1)
  cp "$1" "oci/blobs/sha256/$sum"
  printf '"digest":"sha256:%s","size":%s' "$sum" "$(stat -c %s "$1")"
}
mkdir -p oci/blobs/sha256
printf '{"os":"linux","architecture":"amd64","rootfs":{"type":"layers","diff_ids":["sha256:%s"]}}' \
  "$(sha256sum < layer.tar | cut -d' ' -f1)" > config
oci=application/vnd.oci.image
printf '{"schemaVersion":2,"mediaType":"%s.manifest.v1+json","config":{"mediaType":"%s.config.v1+json",%s},"layers":[{"mediaType":"%s.layer.v1.tar+gzip",%s}]}' \
  $oci $oci "$(blob config)" $oci "$(blob layer)" > manifest
printf '{"schemaVersion":2,"manifests":[{"mediaType":"%s.manifest.v1+json",%s,"annotations":{"org.opencontainers.image.ref.name":"latest"}}]}' \
  $oci "$(blob manifest)" > oci/index.json
printf '{"imageLayoutVersion":"1.0.0"}' > oci/oci-layout
"$tool" estargz oci estargz
"$tool" estargz oci estargz-min-chunk 4096 2048
"$tool" estargz-zstd oci estargz-zstd
"$tool" zstd:chunked oci zstd-chunked
skopeo copy --dest-compress --dest-compress-format zstd:chunked oci:oci:latest oci:zstd-chunked-older:latest
for form in estargz estargz-min-chunk estargz-zstd zstd-chunked zstd-chunked-older; do
  python3 - "$form" "$out" << 'PYTHON'
import hashlib, json, shutil, subprocess, sys
form, out = sys.argv[1:]
def path(digest): return f'{form}/blobs/sha256/{digest[7:]}'
manifest = json.load(open(path(json.load(open(f'{form}/index.json'))['manifests'][0]['digest'])))
layer = manifest['layers'][0]
# Not from the configuration: this skopeo loses the end of the archive, and keeps the old diffID.
unpack = ['zstd', '-dc'] if 'zstd' in form else ['gzip', '-dc']
tar = subprocess.run([*unpack, path(layer['digest'])], capture_output=True, check=True).stdout
layer['diffId'] = 'sha256:' + hashlib.sha256(tar).hexdigest()
shutil.copy(path(layer['digest']), f'{out}/{form}.layer')
json.dump(layer, open(f'{out}/{form}.json', 'w'), indent=2)
PYTHON
done
