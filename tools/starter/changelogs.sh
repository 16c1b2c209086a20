#!/bin/sh
# Fetches the Debian changelogs that the starter set rests on, through a private apt setup (the machine's own is untouched):
#   MIRROR=http://…/debian SECURITY_MIRROR=http://…/debian-security tools/starter/changelogs.sh FOLDER [SOURCE…]
# FOLDER gets one file SOURCE_RELEASE each (sudo_12), of the newest version of that release and its security suite.
# Packages shorten their changelogs since trixie, so the source's own is taken where the mirror has it.
set -eu

out=${1:?folder}
shift
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$out"
out=$(cd "$out" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
keyring=/usr/share/keyrings/debian-archive-keyring.gpg

setup() { # codename
  dir=$work/$1
  mkdir -p "$dir/etc/preferences.d" "$dir/state/lists/partial" "$dir/cache/archives/partial" "$dir/files"
  : > "$dir/status"
  {
    echo "deb [signed-by=$keyring] $MIRROR $1 main"
    echo "deb-src [signed-by=$keyring] $MIRROR $1 main"
    echo "deb [signed-by=$keyring] $SECURITY_MIRROR $1-security main"
    echo "deb-src [signed-by=$keyring] $SECURITY_MIRROR $1-security main"
  } > "$dir/etc/sources.list"
  cat > "$dir/apt.conf" <<CONF
Dir::Etc "$dir/etc";
Dir::Etc::SourceParts "/dev/null";
Dir::Etc::Parts "/dev/null";
Dir::State "$dir/state";
Dir::State::status "$dir/status";
Dir::Cache "$dir/cache";
APT::Architecture "amd64";
APT::Sandbox::User "root";
Acquire::Languages "none";
CONF
  APT_CONFIG=$dir/apt.conf
  export APT_CONFIG
  apt-get -q update > "$dir/update.log"
  apt-cache show --no-all-versions '.*' 2> /dev/null | awk '
    /^Package: / { package = $2; source = $2 }
    /^Source: / { source = $2 }
    /^Size: / { size = $2 }
    /^$/ { print source, size, package }' | sort -k1,1 -k2,2n > "$dir/binaries"
}

from_source() { # source
  rm -rf "$dir/files"/*
  (cd "$dir/files" && apt-get -qq source --download-only --diff-only "$1") > /dev/null 2>&1 ||
    (cd "$dir/files" && apt-get -qq source --download-only --tar-only "$1") > /dev/null 2>&1 || return 1
  for archive in "$dir/files"/*.tar.*; do
    [ -f "$archive" ] || continue
    member=$(tar -tf "$archive" | grep -Ex '(\./)?([^/]+/)?debian/changelog' | head -n 1) || return 1
    tar -xOf "$archive" "$member" | grep -q "^$1 (" && tar -xOf "$archive" "$member" && return 0
  done
  return 1
}

from_binary() { # source
  for package in $(awk -v source="$1" '$1 == source { print $3 }' "$dir/binaries" | head -n 6); do
    rm -rf "$dir/files"/*
    (cd "$dir/files" && apt-get -qq download "$package") > /dev/null 2>&1 || continue
    dpkg-deb -x "$dir/files"/*.deb "$dir/files/tree"
    for log in "$dir/files/tree/usr/share/doc"/*/changelog.Debian.gz "$dir/files/tree/usr/share/doc"/*/changelog.gz; do
      [ -f "$log" ] || continue
      gzip -dc "$log" | head -n 1 | grep -q "^$1 (" && gzip -dc "$log" && return 0
    done
  done
  return 1
}

sources=${*:-$(node "$here/verify.ts" --sources)}
for pair in 11:bullseye 12:bookworm 13:trixie; do
  setup "${pair#*:}"
  for source in $sources; do
    grep -q "^$source " "$dir/binaries" || continue
    target=$out/${source}_${pair%%:*}
    from_source "$source" > "$target" || from_binary "$source" > "$target" || { rm "$target"; echo "none: $target" >&2; }
  done
done
