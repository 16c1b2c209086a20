#!/bin/bash
# Makes soci.layer and soci.ztoc: a layer of ordinary gzip and its zTOC by the SOCI snapshotter's own builder.
# Usage: make-soci.sh [FOLDER]. Needs Go with its module proxy, gcc and zlib1g-dev.
set -euo pipefail
out=${1:-$(cd "$(dirname "$0")" && pwd)}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 - << 'PYTHON'
import hashlib, os
def write(name, data):
    os.makedirs(os.path.dirname(f'root/{name}'), exist_ok=True)
    open(f'root/{name}', 'wb').write(data)
def noise(seed, blocks): return b''.join(hashlib.sha256(f'{seed}{i}'.encode()).digest() for i in range(blocks))
write('etc/os-release', b'ID=debian\nVERSION_ID="12"\n')
write('etc/late.conf', b'late\n' * 50)
write('opt/noise.bin', noise('b', 1000))
write('opt/numbers', '\n'.join(map(str, range(14000))).encode())
write('opt/.wh.gone', b'')
write('opt/' + 'long' * 40 + '/file.conf', b'deep')
write('usr/lib/blob', noise('a', 400))
write('var/lib/dpkg/status', b''.join(f'Package: {p}\nStatus: install ok installed\nVersion: 1.0\nArchitecture: amd64\n\n'.encode() for p in ('libc6', 'zlib1g')))
os.symlink('blob', 'root/usr/lib/soft.so')
os.link('root/usr/lib/blob', 'root/usr/lib/hard.so')
PYTHON
tar --sort=name --mtime=@1700000000 --owner=0 --group=0 --numeric-owner --format=pax \
  --pax-option=delete=atime,delete=ctime -C root -cf layer.tar .
gzip -n < layer.tar > "$out/soci.layer"
mkdir tool
cat > tool/main.go << 'GO'
package main

import (
	"io"
	"os"

	"github.com/awslabs/soci-snapshotter/ztoc"
)

func check(err error) {
	if err != nil {
		panic(err)
	}
}

func main() {
	made, err := ztoc.NewBuilder("AWS SOCI CLI v0.2").BuildZtoc(os.Args[1], 32768)
	check(err)
	reader, _, err := ztoc.Marshal(made)
	check(err)
	bytes, err := io.ReadAll(reader)
	check(err)
	check(os.WriteFile(os.Args[2], bytes, 0o644))
}
GO
cd tool
go mod init soci-ztoc
go get github.com/awslabs/soci-snapshotter@v0.16.1
go mod tidy
CGO_ENABLED=1 go run . "$out/soci.layer" "$out/soci.ztoc"
