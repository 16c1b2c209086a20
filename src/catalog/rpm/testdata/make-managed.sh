#!/bin/sh
# Makes managed/ with rpm >= 4.18, createrepo_c, dnf 4.14 and zypper 1.14: what these record of packages that they
# install from several repositories. The packages are empty shells with names and vendors of real ones.
set -eu
export SOURCE_DATE_EPOCH=1700000000 LC_ALL=C.UTF-8
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/log" "$work/none" "$here/managed"

# package NAME EPOCH VERSION RELEASE ARCH VENDOR REPOSITORY; "-" for none
package() {
  {
    echo "Name: $1"
    echo "Version: $3"
    echo "Release: $4"
    [ "$2" = - ] || echo "Epoch: $2"
    echo "Summary: A shell of $1"
    echo "License: MIT"
    [ "$6" = - ] || echo "Vendor: $6"
    echo "AutoReqProv: no"
    echo "%description"
    echo "%install"
    echo "mkdir -p %{buildroot}/usr/share/$1"
    echo "%files"
    echo "/usr/share/$1"
  } >"$work/$1.spec"
  rpmbuild -bb --quiet --nodebuginfo --target "$5" --define "_topdir $work/build" --define '_buildhost builder' \
    --define 'use_source_date_epoch_as_buildtime 1' --define 'debug_package %{nil}' \
    --define '__os_install_post %{nil}' --define 'dist %{nil}' "$work/$1.spec" 2>/dev/null
  mkdir -p "$work/repos/$7"
  mv "$work"/build/RPMS/*/*.rpm "$work/repos/$7/"
}

package bash - 5.1.8 6.el9_1 x86_64 'Red Hat, Inc.' ubi-9-baseos-rpms
package bash - 5.1.8 9.el9 x86_64 'Red Hat, Inc.' ubi-9-baseos-rpms
package openssl-libs 1 3.0.7 24.el9 x86_64 'Red Hat, Inc.' ubi-9-baseos-rpms
package tzdata - 2023c 1.el9 noarch 'Red Hat, Inc.' ubi-9-baseos-rpms
package nodejs 1 18.19.1 1.el9 x86_64 'Red Hat, Inc.' ubi-9-appstream-rpms
package certbot - 2.11.0 1.el9 noarch 'Fedora Project' epel
package docker-ce 3 27.1.1 1.el9 x86_64 Docker docker-ce-stable
package redis - 7.2.5 1.el9.remi x86_64 "Remi's RPM repository <https://rpms.example/>" remi
package local-tool - 1.0 1 noarch - commandline

root=$work/root
mkdir -p "$root/etc" "$root/var/lib"
dnf="dnf -q -y --installroot=$root --releasever=9 --forcearch=x86_64 --nogpgcheck --setopt=reposdir=$work/none"
dnf="$dnf --setopt=pluginpath=$work/none --setopt=logdir=$work/log --setopt=cachedir=$work/cache"
dnf="$dnf --setopt=persistdir=$root/var/lib/dnf"
for name in ubi-9-baseos-rpms ubi-9-appstream-rpms epel docker-ce-stable remi; do
  createrepo_c -q "$work/repos/$name"
  dnf="$dnf --repofrompath=$name,file://$work/repos/$name"
done
$dnf install bash-5.1.8-6.el9_1 openssl-libs tzdata nodejs certbot
$dnf upgrade bash
$dnf install docker-ce redis
$dnf install "$work"/repos/commandline/*.rpm
$dnf reinstall tzdata
$dnf remove nodejs
$dnf repoquery --installed --qf '%{name}\t%{epoch}\t%{version}\t%{release}\t%{arch}\t%{from_repo}' |
  LC_ALL=C sort >"$here/managed/expected.tsv"
gzip -9nc "$root/var/lib/dnf/history.sqlite" >"$here/managed/history.sqlite.gz"
gzip -9nc "$root/var/lib/dnf/history.sqlite-wal" >"$here/managed/history.sqlite-wal.gz"
database=$(find "$root" -name rpmdb.sqlite)
sqlite3 "$database" 'PRAGMA wal_checkpoint(TRUNCATE)' >/dev/null
gzip -9nc "$database" >"$here/managed/rpmdb.sqlite.gz"

zypper="zypper --root $work/zypper --non-interactive --no-gpg-checks"
for name in ubi-9-baseos-rpms epel docker-ce-stable; do
  $zypper -q addrepo -G "file://$work/repos/$name" "$name" >/dev/null
done
$zypper install bash=5.1.8-6.el9_1 openssl-libs certbot tzdata >/dev/null
$zypper update bash >/dev/null
$zypper install docker-ce >/dev/null
$zypper install --allow-unsigned-rpm "$work"/repos/commandline/*.rpm >/dev/null
grep -v -e '|radd' -e '|command|' "$work/zypper/var/log/zypp/history" >"$here/managed/zypper-history"

# The manifest of a distroless image, when a folder with the database sqlite/rpmdb.sqlite is given (README.md).
[ $# -eq 1 ] || exit 0
mkdir -p "$here/mariner2" "$work/mariner"
cp "$1/sqlite/rpmdb.sqlite" "$work/mariner/"
format='%{NAME}\t%{VERSION}-%{RELEASE}\t%{INSTALLTIME}\t%{BUILDTIME}\t%{VENDOR}\t(none)\t%{SIZE}\t%{ARCH}\t%{EPOCHNUM}\t%{SOURCERPM}\n'
names='bash ca-certificates-base distroless-packages-minimal filesystem glibc gpg-pubkey libgcc mariner-release openssl-libs tzdata zlib'
query="rpm --dbpath $work/mariner --define _db_backend\ sqlite"
eval "$query -q --qf '$format' $names" | grep -v 'not installed' >"$here/mariner2/container-manifest-2"
eval "$query -q $names" | grep -v 'not installed' >"$here/mariner2/container-manifest-1"
eval "$query -q --qf '%{NAME}\t%{EPOCH}\t%{VERSION}\t%{RELEASE}\t%{ARCH}\t%{SOURCERPM}\t%{VENDOR}\t%{MODULARITYLABEL}\n' $names" |
  grep -v -e 'not installed' -e ^gpg-pubkey | LC_ALL=C sort >"$here/mariner2/expected.tsv"
