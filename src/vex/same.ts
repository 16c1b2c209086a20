import type { Purl } from '../purl/purl.ts';

/*
 * A statement's purl and a package's are written by different tools. What follows are the spellings in use for one and the
 * same thing; where a purl leaves something out, it is open.
 *
 *   name       npm: the scope's slash encoded; Maven: a colon between group and artifact
 *   case       PyPI: any case, `_` and `.` for `-` (PEP 503); Go, NuGet: any case
 *   version    Go: with or without `v`; a leading `v` alone never tells versions apart
 *   epoch      in the version, `1:2.3-4`, or as `epoch=1`; `0` is none
 *   arch       `source` or `src` for what was built from; GNU's and Debian's names of processors
 *   distro     `debian-12`, `12`, `bookworm`, `debian-12.9`, `debian`; Red Hat is `rhel` or `redhat`
 */
const ignoresCase: ReadonlySet<string> = new Set(['golang', 'nuget', 'pypi']);

/** A text that two purls share when they name the same package, of any version and build. */
export function packageKey({ type, namespace, name }: Purl): string {
  const named = namespace === undefined ? name : `${namespace}/${name}`;
  const whole = `${type}/${type === 'maven' ? named.replace(':', '/') : named}`;
  const folded = ignoresCase.has(type) ? whole.toLowerCase() : whole;
  return type === 'pypi' ? folded.replaceAll(/[-_.]+/g, '-') : folded;
}

/** The same without the namespace. */
export function nameKey({ type, name }: Purl): string {
  return packageKey({ type, name, qualifiers: {} });
}

/** Whether a statement's purl goes for the version of a package's. */
export function goesForVersion(said: Purl, found: Purl): boolean {
  return said.version === undefined || versionOf(said) === versionOf(found);
}

function versionOf({ type, version = '', qualifiers }: Purl): string {
  if (type === 'golang') return version.replace(/^v(?=\d)/, '');
  if (type !== 'deb' && type !== 'rpm') return version;
  const epoch = qualifiers['epoch'] ?? '0';
  const whole = /^\d+:/.test(version) ? version : `${epoch}:${version}`;
  return whole.replace(/^0+:/, '');
}

/** Whether it is the source that packages are built from. */
export function isSource({ qualifiers }: Purl): boolean {
  return qualifiers['arch'] === 'source' || qualifiers['arch'] === 'src';
}

/** Whether a statement's purl goes for the build of a package's: what it leaves out is open. */
export function goesForBuild(said: Purl, found: Purl): boolean {
  return Object.entries(said.qualifiers).every(([key, value]) => {
    const own = found.qualifiers[key];
    if (own === value || elsewhere.has(key)) return true;
    if (key === 'arch') return own !== undefined && archOf(value) === archOf(own);
    if (key === 'distro') return own !== undefined && isDistro(value, own);
    return key === 'type' && defaultTypes[said.type] === value;
  });
}

/** Qualifiers that say where a package may be had or came from, or are compared with the version. */
const elsewhere: ReadonlySet<string> = new Set([
  'checksum',
  'download_url',
  'epoch',
  'file_name',
  'package-id',
  'repository_url',
  'upstream',
  'vcs_url',
]);

/** What `type` is where it is absent. */
const defaultTypes: Readonly<Record<string, string>> = { maven: 'jar', golang: 'module' };

const architectures: Readonly<Record<string, string>> = {
  aarch64: 'arm64',
  i686: 'i386',
  noarch: 'all',
  ppc64le: 'ppc64el',
  src: 'source',
  x86_64: 'amd64',
};

function archOf(name: string): string {
  return architectures[name] ?? name;
}

/** `12` of `debian-12`; a release without its point is any of them. */
function isDistro(said: string, found: string): boolean {
  const [id, release] = partsOf(found);
  const [saidId, saidRelease] = partsOf(said);
  if (saidId !== undefined && id !== undefined && saidId !== id) return false;
  if (saidRelease === undefined) return saidId !== undefined;
  return release !== undefined && isWithin(saidRelease, release);
}

function isWithin(one: string, other: string): boolean {
  return one === other || one.startsWith(`${other}.`) || other.startsWith(`${one}.`);
}

/** Identifier and release of `debian-12`, `bookworm`, `opensuse-leap-15.6`. */
function partsOf(distro: string): [string | undefined, string | undefined] {
  const lower = distro.toLowerCase();
  const [, named, numbered] = /^(?:(.*)-)?(\d[\w.]*)$/.exec(lower) ?? [];
  if (numbered !== undefined) return [named && (sameIds[named] ?? named), numbered];
  const dash = lower.lastIndexOf('-');
  if (dash > 0) return [lower.slice(0, dash), lower.slice(dash + 1)];
  return identifiers.has(lower) ? [sameIds[lower] ?? lower, undefined] : [undefined, lower];
}

const sameIds: Readonly<Record<string, string>> = { redhat: 'rhel', amazon: 'amzn', oracle: 'ol', alma: 'almalinux' };

/** Identifiers that may stand without a release. */
const identifiers: ReadonlySet<string> = new Set([
  'alpine',
  'almalinux',
  'alma',
  'amazon',
  'amzn',
  'arch',
  'centos',
  'chainguard',
  'debian',
  'fedora',
  'ol',
  'oracle',
  'redhat',
  'rhel',
  'rocky',
  'ubuntu',
  'wolfi',
]);
