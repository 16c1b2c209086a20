#!/bin/sh
# Makes the example images again. Needs root (debootstrap and chroot), Node >= 22.15 and, for Debian, debootstrap.
#
#   MIRROR=http://…/debian SECURITY_MIRROR=http://…/debian-security examples/make.sh debian WORKDIR
#   examples/make.sh alpine FOLDER      FOLDER holds installed, os-release, alpine-release, apk-repositories
#
# The bytes depend only on SOURCE_DATE_EPOCH, the package versions in the archive and Node's zlib.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
pack="$here/../tools/starter/pack.ts"
export LC_ALL=C DEBIAN_FRONTEND=noninteractive

debian() {
  work=$1
  root=$work/root
  mkdir -p "$work"
  # The plain suite only: its last point release, without what the security suite brought since.
  debootstrap --variant=minbase bullseye "$root" "$MIRROR"
  cp -a "$root" "$work/1-base"

  printf '#!/bin/sh\nexit 101\n' > "$root/usr/sbin/policy-rc.d"
  chmod 755 "$root/usr/sbin/policy-rc.d"
  cp /etc/resolv.conf "$root/etc/resolv.conf"
  chroot "$root" apt-get update
  chroot "$root" apt-get install -y --no-install-recommends ca-certificates curl openssl
  cp -a "$root" "$work/2-curl"

  chroot "$root" apt-get install -y --no-install-recommends git python3 redis-server sudo
  cp -a "$root" "$work/3-service"

  echo "deb $SECURITY_MIRROR bullseye-security main" > "$root/etc/apt/sources.list.d/security.list"
  chroot "$root" apt-get update
  chroot "$root" apt-get install -y --only-upgrade libexpat1
  chroot "$root" apt-get purge -y curl
  mv "$root" "$work/4-upgrade"

  SOURCE_DATE_EPOCH=1732492800 node "$pack" "$here/recipes/debian-outdated.json" "$work" "$here/debian-outdated.tar"
}

alpine() {
  work=$(mktemp -d)
  mkdir -p "$work/1-base/etc/apk" "$work/1-base/lib/apk/db"
  cp "$1/installed" "$work/1-base/lib/apk/db/installed"
  cp "$1/os-release" "$1/alpine-release" "$work/1-base/etc/"
  cp "$1/apk-repositories" "$work/1-base/etc/apk/repositories"
  chmod -R u=rwX,go=rX "$work"
  SOURCE_DATE_EPOCH=1727049600 node "$pack" "$here/recipes/alpine-outdated.json" "$work" "$here/alpine-outdated.tar"
  rm -r "$work"
}

case ${1:-}:${2:-} in
  debian:?*) debian "$2" ;;
  alpine:?*) alpine "$2" ;;
  *) sed -n '2,7p' "$0" >&2; exit 2 ;;
esac
