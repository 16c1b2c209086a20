#!/bin/bash
# Makes the mixed image that mixed-compare.ts compares: Debian, npm, PyPI, Maven, Go, Cargo and some Ruby and PHP.
# Usage: mixed.sh (as root). Leaves mixed/oci, mixed/oci.tar and, in mixed/lists/, what the package managers say is in it.
# Does nothing when they are there; a run that failed is taken up after its last layer.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
work=${SEAWORTHY_BENCH_DIR:-$root/.cache/bench}
export LC_ALL=C
missing=
for tool in debootstrap umoci skopeo npm pip mvn go cargo; do command -v "$tool" > /dev/null || missing="$missing $tool"; done
[ -z "$missing" ] || { echo "missing tools:$missing" >&2; exit 1; }
[ "$(id -u)" = 0 ] || { echo "must be root, for debootstrap and chroot" >&2; exit 1; }
mkdir -p "$work"
[ -e "$work/mixed/oci.tar" ] && exit 0
bash "$root/test/images/minbase.sh" bookworm "$work/minbase"

part=$work/mixed.part rootfs=$work/mixed.part/bundle/rootfs lists=$work/mixed.part/lists
mkdir -p "$part/lists"
cd "$part"

# One layer: what the function of the name changes.
layer() { # layer NAME
  [ -e "$part/$1.done" ] && return
  echo "layer: $1" >&2
  "$1" > "$part/$1.log" 2>&1 || { tail -n 30 "$part/$1.log" >&2; exit 1; }
  umoci repack --image oci:latest --refresh-bundle --history.created_by "/bin/sh -c $1" bundle
  touch "$part/$1.done"
}

mounts() { # mounts on|off
  if [ "$1" = on ]; then
    mount -t proc proc "$rootfs/proc"
    cp /etc/resolv.conf "$rootfs/etc/resolv.conf"
    apt-config dump | grep -i '^Acquire::.*proxy' > "$rootfs/etc/apt/apt.conf.d/00bench" || true
  else
    umount "$rootfs/proc" 2> /dev/null || true
    : > "$rootfs/etc/resolv.conf"
    rm -f "$rootfs/etc/apt/apt.conf.d/00bench"
  fi
}

inside() { # inside COMMAND
  chroot "$rootfs" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root DEBIAN_FRONTEND=noninteractive /bin/sh -c "$1"
}

debian() {
  local packages="nodejs npm python3-pip python3-venv python3-requests python3-yaml maven containerd restic ripgrep ruby-sinatra composer"
  mounts on
  trap 'mounts off' EXIT
  inside "apt-get update && apt-get install -y --no-install-recommends $packages && apt-get clean && rm -rf /var/lib/apt/lists/*"
  mounts off
  trap - EXIT
  inside 'gem list --local' > "$lists/gem.txt"
  dpkg-query --admindir="$rootfs/var/lib/dpkg" --show --showformat '${Package}\t${Version}\t${Architecture}\n' > "$lists/deb.tsv"
}

npm_project() {
  mkdir -p "$rootfs/srv/shop"
  cp "$root/bench/mixed/npm/package.json" "$rootfs/srv/shop/"
  npm install --prefix "$rootfs/srv/shop" --ignore-scripts --no-audit --no-fund
  npm install --global --prefix "$rootfs/usr/local" --ignore-scripts --no-audit --no-fund pnpm@9.12.3
  npm query '*' --prefix "$rootfs/srv/shop" > "$part/query.json"
  node -p 'JSON.parse(fs.readFileSync(0)).map(({ name, version }) => `${name}\t${version}`).join("\n")' \
    < "$part/query.json" > "$lists/npm.tsv"
}

python() {
  inside 'python3 -m venv /srv/venv && cd /srv/venv/lib/python3.11/site-packages && rm -r *setuptools* *distutils* pkg_resources'
  local packages=$rootfs/srv/venv/lib/python3.11/site-packages
  cp "$root/bench/mixed/python/requirements.txt" "$rootfs/srv/venv/"
  pip install --disable-pip-version-check --no-compile --only-binary :all: --python-version 3.11 --target "$packages" \
    --requirement "$root/bench/mixed/python/requirements.txt"
  pip list --disable-pip-version-check --path "$packages" --format json > "$lists/pypi.json"
}

java() {
  local build=$part/java
  rm -rf "$build" && mkdir "$build"
  cp -r "$root/bench/mixed/boot" "$root/bench/mixed/shaded" "$build/"
  mvn -B -q -f "$build/boot/pom.xml" package
  mvn -B -q -f "$build/shaded/pom.xml" package
  mvn -B -q -f "$build/boot/pom.xml" -P folder dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory="$build/lib"
  mvn -B -q -f "$build/boot/pom.xml" -P folder dependency:list -DincludeScope=runtime -DoutputFile="$lists/maven-folder.txt"
  mvn -B -q -f "$build/boot/pom.xml" dependency:list -DincludeScope=runtime -DoutputFile="$lists/maven-boot.txt"
  mvn -B -q -f "$build/shaded/pom.xml" dependency:list -DincludeScope=runtime -DoutputFile="$lists/maven-shaded.txt"
  mkdir -p "$rootfs/srv/java"
  cp -r "$build/lib" "$rootfs/srv/java/lib"
  cp "$build/boot/target/boot-1.0.0.jar" "$build/shaded/target/shaded-2.1.0.jar" "$rootfs/srv/java/"
  mkdir -p "$rootfs/srv/java/source"
  cp "$root/bench/mixed/boot/pom.xml" "$rootfs/srv/java/source/"
}

go_programs() {
  GOBIN=$rootfs/usr/local/bin go install -trimpath github.com/mikefarah/yq/v4@v4.54.2
  GOBIN=$rootfs/usr/local/bin go install -trimpath github.com/open-policy-agent/opa@v1.22.2
  go version -m "$rootfs/usr/local/bin/yq" "$rootfs/usr/local/bin/opa" > "$lists/go.txt"
  mkdir -p "$rootfs/srv/go/yq"
  cp "$(go env GOMODCACHE)/github.com/mikefarah/yq/v4@v4.54.2/"go.{mod,sum} "$rootfs/srv/go/yq/"
  chmod 644 "$rootfs/srv/go/yq/"*
}

cargo_programs() {
  local tools=$part/cargo
  PATH=$tools/bin:$PATH
  command -v cargo-auditable > /dev/null || cargo install --locked --root "$tools" cargo-auditable
  cargo auditable install --locked --root "$tools/fd" fd-find@10.2.0
  cp "$tools/fd/bin/fd" "$rootfs/usr/local/bin/fd"
  local source=$part/cargo/source
  mkdir -p "$source" "$rootfs/srv/rust"
  tar -C "$source" --strip-components 1 -xzf \
    "$(find "${CARGO_HOME:-$HOME/.cargo}/registry/cache" -name fd-find-10.2.0.crate | head -n 1)"
  cp "$source/Cargo.toml" "$source/Cargo.lock" "$rootfs/srv/rust/"
  cargo tree --locked --manifest-path "$source/Cargo.toml" --edges normal,build --prefix none --no-dedupe > "$lists/cargo.txt"
}

if [ ! -e unpacked.done ]; then
  rm -rf oci bundle
  cp -a "$work/minbase/oci" oci
  umoci unpack --image oci:latest bundle
  touch unpacked.done
fi
for name in debian npm_project python java go_programs cargo_programs; do layer "$name"; done
# What no registry has, though it looks like a package.
(cd "$rootfs" && find . -name package.json -type f -exec grep -lE '"private": *true' {} +) | sed 's/^\.//' > "$lists/private.txt"
umoci gc --layout oci
skopeo copy --quiet oci:oci:latest oci-archive:oci.tar:latest
rm -rf bundle java cargo query.json ./*.done
mv "$part" "$work/mixed"
du -sh "$work/mixed/oci" >&2
