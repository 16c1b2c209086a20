import type { Cataloger, CatalogInput, CatalogResult, ImageFile } from '../catalog.ts';
import { readText } from '../document.ts';
import { type Gatherer, gather } from '../gather.ts';
import { shownOrigin } from '../origin.ts';
import { isWithinPackage } from '../within-package.ts';
import { readGemspec, readSpecificationName } from './gemspec.ts';
import { type GemSource, type LockedGem, readGemLock } from './lockfile.ts';

const locks: ReadonlySet<string> = new Set(['Gemfile.lock', 'gems.locked']);

/** Gems of Ruby: the specifications of installed ones, and lock files of Bundler. */
export const gem: Cataloger = { id: 'gem', needs: [], endings: ['gemspec', 'lock', 'locked'], selects, catalog };

const ecosystem = 'RubyGems';
const maximumSpecification = 4 << 20;

function selects(path: string): boolean {
  if (path.endsWith('.gemspec')) return isInstalled(path);
  const slash = path.lastIndexOf('/');
  return locks.has(path.slice(slash + 1)) && !isWithinPackage(path.slice(0, Math.max(slash, 0)));
}

/**
 * Whether RubyGems or Bundler wrote it. Gems bring their own, too, which say nothing of what is installed: those of a
 * gem from git Bundler writes anew, with all values in them.
 */
function isInstalled(path: string): boolean {
  const folder = `/${path.slice(0, Math.max(path.lastIndexOf('/'), 0))}`;
  return (
    folder.endsWith('/specifications') || folder.endsWith('/specifications/default') || path.includes('/bundler/gems/')
  );
}

/** An installed gem, whose dependencies are looked for when all are known. */
interface InstalledGem {
  readonly purl: string;
  readonly home: string;
  readonly isDefault: boolean;
  readonly dependencies: readonly string[];
}

function catalog(input: CatalogInput): CatalogResult {
  const gatherer = gather(gem.id);
  const installed = new Map<string, InstalledGem[]>();
  for (const file of input.files) {
    if (!selects(file.path)) continue;
    gatherer.read(file, () => {
      if (file.path.endsWith('.gemspec')) readSpecification(file, gatherer, installed);
      else readLock(file, gatherer);
    });
  }
  relateInstalled(installed, gatherer);
  return gatherer.result();
}

/** Of names and versions (`Gem::Specification`, `Gem::Version`). */
const word = /^[\w.-]+$/;
const broken = new TextDecoder('utf-8');

function readSpecification(file: ImageFile, gatherer: Gatherer, installed: Map<string, InstalledGem[]>): void {
  if (file.bytes.length > maximumSpecification) readText(file.bytes, maximumSpecification);
  const spec = readGemspec(broken.decode(file.bytes));
  const named = readSpecificationName(file.path);
  const isRead = spec.name !== undefined && spec.version !== undefined;
  const { name = '', version = '', platform } = isRead ? spec : { ...named };
  const isWhole = spec.recognized && spec.whole;
  if (!isWhole) gatherer.problem('corrupt', 'A gem specification is damaged', file);
  if (!word.test(name) || !word.test(version)) {
    if (isWhole) gatherer.problem('unsupported', 'A gem specification does not say name and version', file);
    return;
  }
  const revision = /\/bundler\/gems\/[^/]+-([\da-f]{7,40})\//.exec(file.path)?.[1];
  const purl = gatherer.add(
    {
      name,
      version,
      purl: { type: 'gem', name },
      ecosystem,
      presence: 'installed',
      licenses: spec.licenses,
      architecture: platform,
      metadata: {
        ...(isRead ? {} : { identifiedBy: 'file name', certainty: 'likely' }),
        ...(spec.homepage === undefined ? {} : { homepage: spec.homepage }),
        ...(revision === undefined ? {} : { origin: `git#${revision}` }),
      },
    },
    file,
  );
  if (purl === undefined) return;
  const isDefault = file.path.includes('/specifications/default/');
  const home = file.path.slice(0, Math.max(file.path.lastIndexOf('/specifications/'), 0));
  const others = installed.get(name) ?? [];
  others.push({ purl, home, isDefault, dependencies: spec.dependencies });
  installed.set(name, others);
}

/** Which of several versions a gem gets is known only where one place has one of them. */
function relateInstalled(installed: ReadonlyMap<string, readonly InstalledGem[]>, gatherer: Gatherer): void {
  for (const from of Array.from(installed.values()).flat()) {
    for (const name of from.dependencies) {
      const all = installed.get(name)?.slice(0, 50) ?? [];
      const near = all.filter(({ home }) => home === from.home);
      const choices = [near.filter(({ isDefault }) => !isDefault), near, all];
      const to = choices.find((choice) => new Set(choice.map(({ purl }) => purl)).size === 1)?.[0];
      if (to !== undefined) gatherer.relate('depends-on', from.purl, to.purl);
    }
  }
}

function readLock(file: ImageFile, gatherer: Gatherer): void {
  const { gems, direct, checksums, faults } = readGemLock(readText(file.bytes));
  if (faults.length > 0) gatherer.problem('corrupt', 'A lock file of Bundler is damaged', file, faults.join('; '));
  const purls = new Map<string, string>();
  for (const found of gems) {
    const { name, version, source } = found;
    const integrity = checksums.get(`${name} (${version})`);
    const origin = originOf(source);
    const isRoot = source.kind === 'PATH' && source.options.get('remote') === '.';
    const purl = gatherer.add(
      {
        name,
        version,
        purl: { type: 'gem', name },
        ecosystem,
        presence: 'locked',
        usage: { ...(isRoot ? { root: true } : {}), ...(direct.has(name) ? { direct: true } : {}) },
        metadata: { ...(integrity === undefined ? {} : { integrity }), ...(origin === undefined ? {} : { origin }) },
      },
      file,
    );
    if (purl !== undefined) purls.set(name, purl);
  }
  relateLocked(gems, purls, gatherer);
}

function relateLocked(gems: readonly LockedGem[], purls: ReadonlyMap<string, string>, gatherer: Gatherer): void {
  for (const { name, dependencies } of gems) {
    for (const needed of dependencies) {
      const [from, to] = [purls.get(name), purls.get(needed)];
      if (from !== undefined && to !== undefined) gatherer.relate('depends-on', from, to);
    }
  }
}

/** Where a gem comes from when that is not the public gem server. */
function originOf({ kind, options }: GemSource): string | undefined {
  const remote = options.get('remote');
  if (remote === undefined) return undefined;
  if (kind !== 'GEM') return [shownOrigin(remote), options.get('revision')].filter(Boolean).join('#');
  const addresses = remote.split(' ');
  // Of several servers it is not said which one had the gem.
  if (addresses.some((address) => URL.parse(address)?.hostname.includes('rubygems'))) return undefined;
  return addresses.map(shownOrigin).join(' ');
}
