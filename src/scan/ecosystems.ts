import type { AdvisorySource } from '../advisory/advisory.ts';
import { alpm } from '../catalog/alpm/alpm.ts';
import { apk } from '../catalog/apk/apk.ts';
import { bitnami } from '../catalog/bitnami/bitnami.ts';
import { brew } from '../catalog/brew/brew.ts';
import { cargo } from '../catalog/cargo/cargo.ts';
import type { Cataloger } from '../catalog/catalog.ts';
import { cocoapods } from '../catalog/cocoapods/cocoapods.ts';
import { composer } from '../catalog/composer/composer.ts';
import { conan } from '../catalog/conan/conan.ts';
import { conda } from '../catalog/conda/conda.ts';
import { cran } from '../catalog/cran/cran.ts';
import { copyrightExtractor } from '../catalog/dpkg/copyright-extractor.ts';
import { dpkg } from '../catalog/dpkg/dpkg.ts';
import { ownershipExtractor } from '../catalog/dpkg/ownership-extractor.ts';
import { executable } from '../catalog/executable/executable.ts';
import { flatpak } from '../catalog/flatpak/flatpak.ts';
import { gem } from '../catalog/gem/gem.ts';
import { golang } from '../catalog/golang/golang.ts';
import { hackage } from '../catalog/hackage/hackage.ts';
import { hex } from '../catalog/hex/hex.ts';
import { luarocks } from '../catalog/luarocks/luarocks.ts';
import { jarExtractor } from '../catalog/maven/jar-extractor.ts';
import { maven } from '../catalog/maven/maven.ts';
import { nix } from '../catalog/nix/nix.ts';
import { npm } from '../catalog/npm/npm.ts';
import { yarnCache } from '../catalog/npm/yarn-cache.ts';
import { dllExtractor } from '../catalog/nuget/dll-extractor.ts';
import { nuget } from '../catalog/nuget/nuget.ts';
import { opkg } from '../catalog/opkg/opkg.ts';
import { portage } from '../catalog/portage/portage.ts';
import { program } from '../catalog/program/program.ts';
import { pub } from '../catalog/pub/pub.ts';
import { pypi } from '../catalog/pypi/pypi.ts';
import { wheelExtractor } from '../catalog/pypi/wheel-extractor.ts';
import { rpm } from '../catalog/rpm/rpm.ts';
import { snap } from '../catalog/snap/snap.ts';
import { snapExtractor } from '../catalog/snap/snap-extractor.ts';
import { swift } from '../catalog/swift/swift.ts';
import { wordpress } from '../catalog/wordpress/wordpress.ts';
import type { Extractor } from '../image/image.ts';
import { byEnding, endingOf } from '../internal/by-ending.ts';
import dullFolders from './dull-folders.json' with { type: 'json' };
import { type Format, formats } from './formats.ts';

export { versionSchemes } from './formats.ts';

/** What reads the packages of one format. */
interface Reader {
  readonly cataloger: Cataloger;
  /** Look into files for the cataloger. */
  readonly extractors?: readonly Extractor[];
}

/** What one package format brings. */
export interface Ecosystem extends Format, Reader {}

const readers: Readonly<Record<string, Reader>> = {
  deb: { cataloger: dpkg, extractors: [copyrightExtractor, ownershipExtractor(mayShowPackage)] },
  apk: { cataloger: apk },
  rpm: { cataloger: rpm },
  alpm: { cataloger: alpm },
  ebuild: { cataloger: portage },
  opkg: { cataloger: opkg },
  npm: { cataloger: npm, extractors: [yarnCache] },
  pypi: { cataloger: pypi, extractors: [wheelExtractor] },
  maven: { cataloger: maven, extractors: [jarExtractor, executable] },
  golang: { cataloger: golang, extractors: [executable] },
  cargo: { cataloger: cargo, extractors: [executable] },
  nuget: { cataloger: nuget, extractors: [dllExtractor] },
  gem: { cataloger: gem },
  composer: { cataloger: composer },
  pub: { cataloger: pub },
  hex: { cataloger: hex },
  swift: { cataloger: swift },
  cocoapods: { cataloger: cocoapods },
  cran: { cataloger: cran },
  luarocks: { cataloger: luarocks },
  hackage: { cataloger: hackage },
  conan: { cataloger: conan },
  bitnami: { cataloger: bitnami },
  conda: { cataloger: conda },
  brew: { cataloger: brew },
  wordpress: { cataloger: wordpress },
  nix: { cataloger: nix },
  snap: { cataloger: snap, extractors: [snapExtractor] },
  flatpak: { cataloger: flatpak },
  generic: { cataloger: program, extractors: [executable] },
};

/** All package formats with what reads them, in the order of `formats`. */
export const ecosystems: readonly Ecosystem[] = formats.map((format) => {
  const reader = readers[format.type];
  if (reader === undefined) throw new TypeError(`Nothing reads packages of type ${format.type}`);
  return { ...format, ...reader };
});

/** Folders of `usr/share` and the root in which most of a distribution's files lie, and none that shows a package. */
const dull: ReadonlySet<string> = new Set(dullFolders);

/** Whether a file at the path may show a package that is not the distribution's: then it is asked whose it is. */
function mayShowPackage(path: string): boolean {
  if (dull.has(topFolder(path))) return false;
  // Made at the first question, since the list of all is made of what asks it.
  others ??= byEnding(takersOfOthers());
  return isProgramPath(path) || others(endingOf(path)).some((one) => one.selects(path));
}

interface Taker {
  readonly endings?: readonly string[];
  selects(path: string): boolean;
}

let others: ((ending: string) => readonly Taker[]) | undefined;

function takersOfOthers(): readonly Taker[] {
  const takers = ecosystems
    .filter(({ distribution }) => distribution === undefined)
    .flatMap(({ cataloger, extractors = [] }): Taker[] => [
      { ...endingsOf(cataloger), selects: (path) => cataloger.selects(path, 'packages') },
      ...extractors.filter(({ byName }) => byName),
    ]);
  return [...new Set(takers)];
}

function endingsOf({ endings }: Cataloger): Pick<Taker, 'endings'> {
  return endings === undefined ? {} : { endings };
}

/** `usr/share/doc` of `usr/share/doc/bash/copyright`; `usr/include` of what lies there. */
function topFolder(path: string): string {
  const second = path.indexOf('/', path.indexOf('/') + 1);
  return path.startsWith('usr/share/') ? path.slice(0, path.indexOf('/', second + 1)) : path.slice(0, second);
}

/** Programs are known by content; this is where they lie. */
function isProgramPath(path: string): boolean {
  const dot = path.indexOf('.', path.lastIndexOf('/') + 1);
  if (dot >= 0 && !path.startsWith('.so', dot) && !hasVersion(path, dot)) return false;
  const folder = path.slice(0, path.indexOf('/', path.startsWith('usr/') ? 4 : 0));
  return programFolders.has(folder);
}

/** `python3.11`, `libruby-3.1.so.3.1`. */
function hasVersion(path: string, dot: number): boolean {
  const next = path.charCodeAt(dot + 1);
  return next >= 0x30 && next <= 0x39;
}

const programFolders: ReadonlySet<string> = new Set(
  ['bin', 'sbin', 'lib', 'libexec', 'lib32', 'lib64'].flatMap((name) => [name, `usr/${name}`]),
);

/** Every cataloger, in the order in which they run. */
export const catalogers: readonly Cataloger[] = ecosystems.map(({ cataloger }) => cataloger);

/**
 * The only list of advisory sources. Their order is their precedence: the first that speaks of a package decides, and
 * the first that has an ecosystem is fetched for it on first use. Loaded only where advisories are fetched.
 */
export async function advisorySources(): Promise<readonly AdvisorySource[]> {
  return await Promise.all([
    import('../advisory/source/debian/debian.ts').then(({ debian }) => debian),
    import('../advisory/source/debian-lists/debian-lists.ts').then(({ debianLists }) => debianLists),
    // What Canonical says of a release's own builds goes before what its export leaves open.
    import('../advisory/source/ubuntu-vex/ubuntu-vex.ts').then(({ ubuntuVex }) => ubuntuVex),
    import('../advisory/source/ubuntu/ubuntu.ts').then(({ ubuntu }) => ubuntu),
    import('../advisory/source/redhat/redhat.ts').then(({ redhat }) => redhat),
    import('../advisory/source/oracle/oracle.ts').then(({ oracle }) => oracle),
    import('../advisory/source/suse/suse.ts').then(({ suse }) => suse),
    import('../advisory/source/amazon/amazon.ts').then(({ amazon }) => amazon),
    import('../advisory/source/fedora/fedora.ts').then(({ fedora }) => fedora),
    import('../advisory/source/azure/azure.ts').then(({ azure }) => azure),
    import('../advisory/source/photon/photon.ts').then(({ photon }) => photon),
    import('../advisory/source/alpine/alpine.ts').then(({ alpine }) => alpine),
    import('../advisory/source/alpine/tracker.ts').then(({ alpineTracker }) => alpineTracker),
    import('../advisory/source/wolfi/wolfi.ts').then(({ wolfi }) => wolfi),
    import('../advisory/source/chainguard/chainguard.ts').then(({ chainguard }) => chainguard),
    import('../advisory/source/minimos/minimos.ts').then(({ minimos }) => minimos),
    import('../advisory/source/arch/arch.ts').then(({ arch }) => arch),
    import('../advisory/source/osv/osv.ts').then(({ osv }) => osv),
    import('../advisory/source/go/go.ts').then(({ go }) => go),
    import('../advisory/source/rustsec/rustsec.ts').then(({ rustsec }) => rustsec),
    import('../advisory/source/pypa/pypa.ts').then(({ pypa }) => pypa),
    import('../advisory/source/rubysec/rubysec.ts').then(({ rubysec }) => rubysec),
    import('../advisory/source/ghsa/ghsa.ts').then(({ ghsa }) => ghsa),
    import('../advisory/source/nodejs/nodejs.ts').then(({ nodejs }) => nodejs),
    import('../advisory/source/nvd/nvd.ts').then(({ nvd }) => nvd),
    import('../advisory/source/cve/cve.ts').then(({ cve }) => cve),
    import('../advisory/source/vulnrichment/vulnrichment.ts').then(({ vulnrichment }) => vulnrichment),
    import('../advisory/source/kev/kev.ts').then(({ kev }) => kev),
    import('../advisory/source/epss/epss.ts').then(({ epss }) => epss),
    import('../advisory/source/epss/epss.ts').then(({ epssHistory }) => epssHistory(() => new Date())),
    import('../advisory/source/endoflife/endoflife.ts').then(({ endoflife }) => endoflife),
  ]);
}
