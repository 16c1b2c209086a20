#!/bin/sh
# Makes the databases of alma9/ and variants/ with rpm >= 4.18, gpg, sqlite3 and perl's DB_File (see README.md).
# The packages are empty shells; their names, versions, releases and epochs are AlmaLinux 9's own.
set -eu
export SOURCE_DATE_EPOCH=1700000000 LC_ALL=C.UTF-8
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# package NAME EPOCH VERSION RELEASE ARCH SOURCE SOURCE-VERSION SOURCE-RELEASE LABEL [MACRO...]; "-" for none
package() {
  name=$1 epoch=$2 version=$3 release=$4 arch=$5 source=$6 sversion=$7 srelease=$8 label=$9
  shift 9
  spec=$work/$name-$arch.spec
  {
    echo "Name: $source"
    echo "Version: $sversion"
    echo "Release: $srelease"
    echo "Summary: A shell of $source"
    echo "License: GPL-3.0-or-later AND MIT"
    echo "Vendor: AlmaLinux"
    echo "Packager: AlmaLinux Packaging Team <packager@almalinux.example>"
    [ "$source" != "$name" ] || [ "$epoch" = - ] || echo "Epoch: $epoch"
    [ "$label" = - ] || echo "Modularitylabel: $label"
    echo "AutoReqProv: no"
    echo "%description"
    echo "%package -n $name"
    echo "Summary: A shell of $name"
    [ "$epoch" = - ] || echo "Epoch: $epoch"
    echo "Version: $version"
    echo "Release: $release"
    [ "$label" = - ] || echo "Modularitylabel: $label"
    echo "%description -n $name"
    echo "%install"
    echo "mkdir -p %{buildroot}/usr/share/$name %{buildroot}/usr/share/doc/$name"
    echo "echo '$name $version' > %{buildroot}/usr/share/$name/content"
    echo "echo '# $name' > %{buildroot}/usr/share/doc/$name/ÜBER.md"
    echo "ln -s content %{buildroot}/usr/share/$name/link"
    echo "%files -n $name"
    echo "/usr/share/$name"
    echo "%doc /usr/share/doc/$name/ÜBER.md"
  } >"$spec"
  [ "$source" != "$name" ] || sed -i "/^%package/,/^%description -n/d; s/^%files -n .*/%files/" "$spec"
  rpmbuild -bb --quiet --nodebuginfo --target "$arch" --define "_topdir $work" --define '_buildhost builder' \
    --define 'use_source_date_epoch_as_buildtime 1' --define 'debug_package %{nil}' --define '__os_install_post %{nil}' \
    --define 'dist %{nil}' "$@" "$spec" 2>/dev/null
}

m=module_el9.3.0+59+28b95644
stream=nodejs:18:9030020240301123456:rhel9
package bash - 5.1.8 6.el9_1 x86_64 bash 5.1.8 6.el9_1 -
package glibc - 2.34 60.el9 x86_64 glibc 2.34 60.el9 -
package glibc - 2.34 60.el9 i686 glibc 2.34 60.el9 -
package openssl-libs 1 3.0.7 24.el9 x86_64 openssl 3.0.7 24.el9 -
package curl-minimal - 7.76.1 23.el9 x86_64 curl 7.76.1 23.el9 -
package perl-Errno 0 1.30 480.el9 x86_64 perl 5.32.1 480.el9 -
package tzdata - 2023c 1.el9 noarch tzdata 2023c 1.el9 - --define '_binary_filedigest_algorithm 1'
package nodejs 1 18.19.1 1.$m x86_64 nodejs 18.19.1 1.$m $stream
package npm 1 10.2.4 1.18.19.1.1.$m x86_64 nodejs 18.19.1 1.$m $stream

rpm="rpm --root $work/root --dbpath /var/lib/rpm --define '_db_backend sqlite'"
mkdir -p "$work/root" "$work/gpg" "$here/alma9" "$here/variants"
chmod 700 "$work/gpg"
gpg --homedir "$work/gpg" --batch --quiet --passphrase '' --quick-generate-key 'Test <test@example.org>' rsa2048 sign never
gpg --homedir "$work/gpg" --batch --export --armor >"$work/key"
eval "$rpm --import $work/key"
eval "$rpm -i --nodeps --ignorearch --ignoreos --excludedocs --noscripts $work/RPMS/*/*.rpm"

format='%{NAME}\t%{EPOCH}\t%{VERSION}\t%{RELEASE}\t%{ARCH}\t%{SOURCERPM}\t%{VENDOR}\t%{MODULARITYLABEL}\n'
eval "$rpm -qa --qf '$format'" | grep -v ^gpg-pubkey | LC_ALL=C sort >"$here/alma9/expected.tsv"
files='[%{=NAME}.%{=ARCH}\t%{FILENAMES}\t%{FILEMODES:perms}\t%{FILESTATES:fstate}\t%{FILEDIGESTS}\n]'
eval "$rpm -qa --qf '$files'" | LC_ALL=C sort >"$here/alma9/files.tsv"

db=$work/root/var/lib/rpm/rpmdb.sqlite
sqlite3 "$db" 'PRAGMA wal_checkpoint(TRUNCATE)' >/dev/null
gzip -9nc "$db" >"$here/alma9/rpmdb.sqlite.gz"

# The same rows in pages of 512 bytes of which 32 are reserved, texts in UTF-16.
sqlite3 "$work/small" 'PRAGMA page_size = 512' 'PRAGMA encoding = "UTF-16le"' '.filectrl reserve_bytes 32' \
  "CREATE TABLE 'Packages' (hnum INTEGER PRIMARY KEY AUTOINCREMENT, blob BLOB NOT NULL)" \
  "$(sqlite3 "$db" "SELECT 'INSERT INTO Packages VALUES (' || hnum || ', ' || quote(blob) || ');' FROM Packages")" >/dev/null
gzip -9nc "$work/small" >"$here/variants/reserved-512.sqlite.gz"

# The same headers in Berkeley DB files of either byte order.
sqlite3 "$db" "SELECT hnum || ' ' || hex(blob) FROM Packages" >"$work/headers"
berkeley() {
  perl -MDB_File -e '
    my ($out, $size, $order, $pack) = @ARGV;
    my $info = DB_File::HASHINFO->new;
    $info->{bsize} = $size; $info->{lorder} = $order;
    my $db = tie my %h, "DB_File", $out, O_RDWR | O_CREAT, 0644, $info or die $!;
    $h{pack $pack, 0} = pack $pack, 11;
    while (<STDIN>) { my ($n, $hex) = split; $h{pack $pack, $n} = pack "H*", $hex }
  ' "$work/$1" "$2" "$3" "$4" <"$work/headers"
  gzip -9nc "$work/$1" >"$here/variants/$1.gz"
}
berkeley big-endian-512.bdb 512 4321 N
berkeley little-endian-65536.bdb 65536 1234 V

# Cuts of the real databases of other distributions, when their folder is given (README.md).
[ $# -eq 1 ] || exit 0
mkdir -p "$here/rhel8" "$here/sle15"
gzip -9nc "$1/bdb/Packages" >"$here/rhel8/Packages.gz"
cat "$1/bdb/expected.tsv" >"$here/rhel8/expected.tsv"
# Seven small packages: their blobs keep their bytes, only slots and places change.
perl -e '
  local $/; open my $in, "<", shift or die $!; binmode $in; my $file = <$in>; my %keep = map { $_ => 1 } @ARGV;
  my $slots = 4096 * unpack "V", substr $file, 12, 4; my ($head, $rest, $block) = (substr($file, 0, $slots), "", $slots / 16);
  for (my $at = 32; $at < $slots; $at += 16) {
    my ($number, $from, $count) = unpack "V3", substr $head, $at + 4, 12;
    if ($keep{$number}) { $rest .= substr $file, $from * 16, $count * 16 } else { ($number, $count) = (0, 0) }
    substr($head, $at + 4, 12) = pack "V3", $number, $number && $block, $count;
    $block += $count;
  }
  print $head, $rest;
' "$1/ndb/Packages.db" 1 6 7 23 24 25 39 | gzip -9nc >"$here/sle15/Packages.db.gz"
grep -E '^(libbz2-1|libcap2|libgcc_s1|liblua5_3-5|liblzma5|rpm-config-SUSE|system-user-root)	' "$1/ndb/expected.tsv" \
  >"$here/sle15/expected.tsv"
