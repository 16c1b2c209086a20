#!/bin/sh
# Prints what the starter set must find in a Debian 11 tree, decided by dpkg alone (no code of the scanner takes part):
#   examples/expect.sh TREE > examples/expected/debian-outdated.json
set -eu
here=$(cd "$(dirname "$0")" && pwd)
starter=$here/../src/advisory/source/starter/starter.json

# One line per statement on Debian:11 with a fixed version: source, flaw, introduced, fixed.
statements=$(node -e '
  for (const flaw of JSON.parse(require("fs").readFileSync(process.argv[1], "utf8")).flaws)
    for (const { ecosystems, packages, introduced, fixed } of flaw.affected)
      if (ecosystems.includes("Debian:11") && fixed)
        for (const name of packages) console.log(name, flaw.id, introduced ?? "0", fixed);
' "$starter")

dpkg-query --admindir="$1/var/lib/dpkg" -W \
  -f '${db:Status-Status} ${source:Package} ${source:Version} ${Package} ${Version}\n' |
  while read -r status source sourceVersion package version; do
    [ "$status" = installed ] || continue
    printf '%s\n' "$statements" | while read -r name id introduced fixed; do
      [ "$name" = "$source" ] || continue
      # The flaw is in CPAN.pm, which is in the list of files of perl-modules and not in that of perl-base.
      [ "$package $id" != "perl-base CVE-2023-31484" ] || continue
      dpkg --compare-versions "$sourceVersion" ge "$introduced" || continue
      dpkg --compare-versions "$sourceVersion" lt "$fixed" || continue
      echo "{\"package\": \"$package\", \"version\": \"$version\", \"id\": \"$id\", \"fixed\": \"$fixed\"}"
    done
  done | LC_ALL=C sort | sed -e '1s/^/[\n  /' -e '2,$s/^/  /' -e '$!s/$/,/' -e '$s/$/\n]/'
