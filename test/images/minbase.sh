#!/bin/bash
# Makes a Debian minbase image, with what dpkg-query says is in it. Usage: minbase.sh SUITE FOLDER (as root)
# Leaves in FOLDER: oci/ (layout, one gzip layer, tag latest), oci.tar, docker.tar, bundle/rootfs/, packages.tsv.
# Does nothing when FOLDER is there: it gets its name only when it is whole.
set -euo pipefail

suite=$1 folder=$2
[ -e "$folder/packages.tsv" ] && exit 0
export LC_ALL=C DEBIAN_FRONTEND=noninteractive

# The mirror is the one that this machine's own apt installs from.
mirror=${SEAWORTHY_DEBIAN_MIRROR:-$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Component: main' |
  grep -E '/debian/?$' | head -n 1 || true)}
[ -n "$mirror" ] || { echo "no Debian mirror in this machine's apt sources; set SEAWORTHY_DEBIAN_MIRROR" >&2; exit 1; }

rm -rf "$folder.part" "$folder"
mkdir -p "$folder.part"
cd "$folder.part"
umoci init --layout oci
umoci new --image oci:latest
umoci unpack --image oci:latest bundle
debootstrap --variant=minbase "$suite" bundle/rootfs "$mirror" > debootstrap.log ||
  { tail -n 20 debootstrap.log bundle/rootfs/debootstrap/debootstrap.log >&2; exit 1; }
printf '#!/bin/sh\nexit 101\n' > bundle/rootfs/usr/sbin/policy-rc.d
chmod 755 bundle/rootfs/usr/sbin/policy-rc.d
umoci repack --image oci:latest --refresh-bundle \
  --history.created_by "/bin/sh -c #(nop) ADD rootfs.tar in / " bundle
umoci config --image oci:latest --no-history --config.cmd bash --architecture "$(dpkg --print-architecture)" --os linux
umoci gc --layout oci
skopeo copy --quiet oci:oci:latest oci-archive:oci.tar:latest
skopeo copy --quiet oci:oci:latest "docker-archive:docker.tar:seaworthy.test/debian:$suite"
dpkg-query --admindir=bundle/rootfs/var/lib/dpkg --show --showformat \
  '${Package}\t${Version}\t${Architecture}\t${source:Package}\t${source:Version}\t${db:Status-Abbrev}\n' > packages.tsv
cd ..
mv "$folder.part" "$folder"
