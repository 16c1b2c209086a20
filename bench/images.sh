#!/bin/bash
# Makes the images that `npm run bench` measures; what exists is kept. Usage: images.sh [--zstd] (as root)
# minbase/: bookworm minbase as debootstrap leaves it, in one gzip layer. large/: over 2 GB in four gzip layers, as a Dockerfile would make it.
# --zstd adds large-zstd/ and minbase-zstd/, the same with zstd layers.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
work=${SEAWORTHY_BENCH_DIR:-$root/.cache/bench}
export LC_ALL=C
missing=
for tool in debootstrap umoci skopeo zstd; do command -v "$tool" > /dev/null || missing="$missing $tool"; done
[ -z "$missing" ] || { echo "missing Debian packages:$missing" >&2; exit 1; }
[ "$(id -u)" = 0 ] || { echo "must be root, for debootstrap and chroot" >&2; exit 1; }
mkdir -p "$work"
cd "$work"

bash "$root/test/images/minbase.sh" bookworm "$work/minbase"

mounts() { # mounts on|off ROOTFS
  if [ "$1" = on ]; then
    mount -t proc proc "$2/proc"
    cp /etc/resolv.conf "$2/etc/resolv.conf"
    apt-config dump | grep -i '^Acquire::.*proxy' > "$2/etc/apt/apt.conf.d/00bench" || true
  else
    umount "$2/proc" 2> /dev/null || true
    : > "$2/etc/resolv.conf"
    rm -f "$2/etc/apt/apt.conf.d/00bench"
  fi
}

# One layer: what a RUN line with these packages changes.
run() { # run PACKAGE…
  local rootfs=$work/large.part/bundle/rootfs
  local line="apt-get update && apt-get install -y $* && apt-get clean && rm -rf /var/lib/apt/lists/*"
  echo "layer: $*" >&2
  mounts on "$rootfs"
  trap 'mounts off "$rootfs"' EXIT
  chroot "$rootfs" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root DEBIAN_FRONTEND=noninteractive \
    /bin/sh -c "$line" > large.part/apt.log 2>&1 || { tail -n 30 large.part/apt.log >&2; exit 1; }
  mounts off "$rootfs"
  trap - EXIT
  umoci repack --image large.part/oci:latest --refresh-bundle --history.created_by "/bin/sh -c $line" large.part/bundle
}

if [ ! -e large/oci/index.json ]; then
  rm -rf large large.part
  mkdir large.part
  cp -a minbase/oci large.part/oci
  umoci unpack --image large.part/oci:latest large.part/bundle
  run openjdk-17-jdk
  run nodejs npm
  run python3 python3-pip python3-numpy python3-scipy python3-pandas python3-matplotlib nginx build-essential
  du -s --apparent-size -B 1 large.part/bundle/rootfs | cut -f 1 > large.part/bytes
  umoci gc --layout large.part/oci
  rm -rf large.part/bundle
  mv large.part large
fi

if [ "${1:-}" = --zstd ]; then
  for image in minbase large; do
    [ -e "$image-zstd/oci/index.json" ] && continue
    rm -rf "$image-zstd" "$image-zstd.part"
    mkdir "$image-zstd.part"
    skopeo copy --quiet --format oci --dest-compress-format zstd "oci:$image/oci:latest" "oci:$image-zstd.part/oci:latest"
    mv "$image-zstd.part" "$image-zstd"
  done
fi
du -sh "$work"/*/oci >&2
