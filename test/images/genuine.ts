// The genuine files of the catalogers' own tests, where an image would have them.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { TarEntry } from './tar.ts';

/** Files by their paths in an image, without leading slash. */
export type Files = Readonly<Record<string, Buffer>>;

const catalog = join(import.meta.dirname, '../../src/catalog');

/** Where in an image the samples of each purl type lie: file or folder below `src/catalog/`, and path in the image. */
const places: Readonly<Record<string, readonly (readonly [from: string, to: string])[]>> = {
  bitnami: [['bitnami/testdata/spdx-postgresql.spdx', 'opt/bitnami/postgresql/.spdx-postgresql.spdx']],
  brew: [['brew/testdata/Cellar', 'home/linuxbrew/.linuxbrew/Cellar']],
  cargo: [['cargo/testdata/fleet/Cargo.lock', 'srv/fleet/Cargo.lock']],
  cocoapods: [['cocoapods/testdata/app', 'srv/pods']],
  composer: [['composer/testdata/v2/app', 'srv/php']],
  conan: [['conan/testdata/conan-2.lock', 'srv/cpp/conan.lock']],
  conda: [['conda/testdata/opt', 'opt']],
  cran: [
    ['cran/testdata/library', 'usr/lib/R/library'],
    ['cran/testdata/site-library', 'usr/lib/R/site-library'],
    ['cran/testdata/renv.lock', 'srv/r/renv.lock'],
  ],
  flatpak: [['flatpak/testdata/installed', 'var/lib/flatpak']],
  gem: [['gem/testdata/bundle/app', 'srv/ruby']],
  generic: [
    ['program/testdata/nginx.gz', 'usr/local/sbin/nginx'],
    ['program/testdata/libpython3.13.so.1.0.gz', 'usr/local/lib/libpython3.13.so.1.0'],
    ['program/testdata/openjdk-17-release', 'opt/java/openjdk/release'],
    ['program/testdata/OTP_VERSION', 'usr/local/lib/erlang/releases/25/OTP_VERSION'],
  ],
  golang: [['golang/testdata/go1.21-stripped.gz', 'usr/local/bin/harbour']],
  hackage: [
    ['hackage/testdata/package.conf.d', 'var/lib/ghc/package.conf.d'],
    ['hackage/testdata/plan.json', 'srv/haskell/dist-newstyle/cache/plan.json'],
  ],
  hex: [['hex/testdata/mix/app', 'srv/elixir']],
  luarocks: [
    ['luarocks/testdata/rocks-5.1', 'usr/local/lib/luarocks/rocks-5.1'],
    ['luarocks/testdata/luarocks.lock', 'srv/lua/luarocks.lock'],
  ],
  maven: [['maven/testdata/tool-1.2.0.jar', 'opt/java/tool-1.2.0.jar']],
  npm: [['npm/testdata/npm-10.9.9.json', 'srv/node']],
  nix: [['nix/testdata/db.sqlite', 'nix/var/nix/db/db.sqlite']],
  nuget: [['nuget/testdata/app/app', 'srv/dotnet']],
  pub: [
    ['pub/testdata/app/app', 'srv/dart'],
    ['pub/testdata/cache/root', 'root'],
  ],
  pypi: [
    ['pypi/testdata/venv/opt', 'opt'],
    ['pypi/testdata/venv/srv', 'srv'],
  ],
  snap: [['snap/testdata/tree/snap', 'snap']],
  swift: [['swift/testdata/v3', 'srv/swift']],
  wordpress: [['wordpress/testdata', 'var/www/html']],
};

/** The purl types of which there are samples. */
export const genuineTypes: readonly string[] = Object.keys(places);

/** The genuine files of a purl type. */
export function genuineFiles(type: string): Files {
  return Object.fromEntries(
    (places[type] ?? []).flatMap(([from, to]) => Object.entries(read(join(catalog, from), to))),
  );
}

/** A program that some version of Go built. */
export function genuineProgram(name: string): Buffer {
  return gunzipSync(readFileSync(join(catalog, `golang/testdata/${name}.gz`)));
}

/** Members of an archive with these files. */
export function entriesOf(files: Files): TarEntry[] {
  return Object.entries(files).map(([name, body]) => ({ name, body }));
}

function read(from: string, to: string): Files {
  if (statSync(from).isDirectory()) return readFolder(from, to);
  const bytes = readFileSync(from);
  if (from.endsWith('.gz')) return { [to]: gunzipSync(bytes) };
  // A project in one file: its paths, which begin with `app/`, and texts.
  if (from.includes('npm/testdata/')) {
    const project = JSON.parse(bytes.toString('utf8')) as Record<string, string>;
    return Object.fromEntries(
      Object.entries(project).map(([path, text]) => [path.replace(/^app\//, `${to}/`), Buffer.from(text)]),
    );
  }
  return { [to]: bytes };
}

/** `%3A` in a name stands for `:`, `dot-` for a leading dot, which some file systems and packers do not take. */
function readFolder(from: string, to: string): Files {
  const paths = readdirSync(from, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== 'README.md')
    .map((entry) => join(entry.parentPath, entry.name));
  return Object.fromEntries(
    paths
      .toSorted()
      .map((path) => [
        `${to}/${decodeURIComponent(relative(from, path)).replaceAll('/dot-', '/.')}`,
        readFileSync(path),
      ]),
  );
}
