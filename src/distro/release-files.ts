import codenames from './debian-releases.json' with { type: 'json' };
import type { Distro } from './distro.ts';
import { osvEcosystem } from './ecosystem.ts';
import { type Claim, olderFiles, readOlderFile } from './older-files.ts';
import { type OsRelease, parseOsRelease } from './os-release.ts';
import { type Repositories, readRepositories, repositoryFiles } from './repositories.ts';
import { readUbuntuPro, ubuntuProFiles } from './ubuntu-pro.ts';

/** Files that tell the distribution, paths without leading slash. */
export const distroFiles: readonly string[] = [
  'etc/os-release',
  'usr/lib/os-release',
  ...olderFiles,
  ...repositoryFiles,
  ...ubuntuProFiles,
];

/** Trouble in those files, in the form of an inventory's `Problem`. */
export interface DistroProblem {
  readonly code: 'corrupt' | 'too-large' | 'distro-unknown';
  readonly message: string;
  readonly detail?: string;
  readonly path?: string;
  readonly by: 'distro';
  readonly lossy: boolean;
}

/** What the release files say. */
export interface DistroAnswer {
  readonly distro?: Distro;
  readonly problems: readonly DistroProblem[];
}

const maxBytes = 64 << 10;
const debian: ReadonlyMap<string, string> = new Map(Object.entries(codenames));
const debianNumbers: ReadonlyMap<string, string> = new Map(
  Object.entries(codenames).map(([name, number]) => [number, name]),
);

/**
 * Tells the distribution from those of `distroFiles` that are there (keys without leading slash). `etc/os-release` goes
 * before `usr/lib/os-release` (os-release(5)), both before the older files; repositories tell a rolling branch. Where no
 * ecosystem can be named a `distro-unknown` says why; where there is no file at all, there is nothing to say.
 */
export function recognizeDistro(files: ReadonlyMap<string, Uint8Array>): DistroAnswer {
  const problems: DistroProblem[] = [];
  const texts = decodeAll(files, problems);
  const read = (path: string): string | undefined => texts.get(path);
  const claims = olderFiles.flatMap((file) => {
    const text = read(file);
    return text === undefined ? [] : (readOlderFile(file, text) ?? []);
  });
  const told = fromOsRelease(read, claims, problems) ?? fromClaim(claims[0]);
  if (told === undefined) {
    if (texts.size > 0) {
      problems.push(unknown('None of the release files tells the distribution', [...texts.keys()].join(' ')));
    }
    return { problems };
  }
  const facts = withBranch(told, readRepositories(read), problems);
  problems.push(...disagreements(told, claims));
  const answer = osvEcosystem(facts);
  if (answer.kind === 'nameless') {
    problems.push(unknown('No advisories are named for this distribution', answer.because, facts.source));
  }
  const distro = withServices(toDistro(facts), read, problems);
  return { distro: answer.kind === 'named' ? { ...distro, ecosystem: answer.ecosystem } : distro, problems };
}

interface Facts {
  readonly id: string;
  readonly name: string;
  readonly like: readonly string[];
  readonly versionId?: string | undefined;
  readonly codename?: string | undefined;
  /** `versionId` or what stands for it in the ecosystem's name. */
  readonly number?: string | undefined;
  readonly fields: ReadonlyMap<string, string>;
  /** Path without leading slash. */
  readonly source: string;
}

function decodeAll(files: ReadonlyMap<string, Uint8Array>, problems: DistroProblem[]): Map<string, string> {
  const texts = new Map<string, string>();
  const decoder = new TextDecoder();
  for (const path of distroFiles) {
    const bytes = files.get(path);
    if (bytes && bytes.length > maxBytes) {
      const detail = `${bytes.length} bytes`;
      problems.push({
        code: 'too-large',
        message: 'Release file is too large',
        detail,
        path: `/${path}`,
        by: 'distro',
        // What it says may be another distribution than the files after it say.
        lossy: true,
      });
    } else if (bytes) {
      texts.set(path, decoder.decode(bytes));
    }
  }
  return texts;
}

function fromOsRelease(
  read: (path: string) => string | undefined,
  claims: readonly Claim[],
  problems: DistroProblem[],
): Facts | undefined {
  for (const source of ['etc/os-release', 'usr/lib/os-release']) {
    const text = read(source);
    if (text === undefined) {
      continue;
    }
    const { fields, badLines } = parseOsRelease(text);
    if (badLines.length > 0) {
      problems.push(
        corrupt('os-release has lines that are no assignments', `lines ${badLines.slice(0, 10).join(', ')}`, source),
      );
    }
    const id = fields.get('ID')?.toLowerCase();
    if (id && /^[a-z0-9._-]+$/.test(id)) {
      return fromFields(id, fields, source, claims);
    }
    problems.push({ ...corrupt('os-release has no usable ID', fields.get('ID') ?? 'none', source), lossy: true });
  }
  return undefined;
}

function fromFields(id: string, fields: OsRelease['fields'], source: string, claims: readonly Claim[]): Facts {
  const versionId = fields.get('VERSION_ID') || undefined;
  const claimed = claims.find((claim) => claim.id === id && claim.codename !== undefined);
  return complete({
    id,
    name: fields.get('PRETTY_NAME') || fields.get('NAME') || id,
    like: (fields.get('ID_LIKE') ?? '').toLowerCase().split(/\s+/).filter(Boolean),
    versionId,
    codename: fields.get('VERSION_CODENAME') || (versionId === undefined ? claimed?.codename : undefined),
    fields,
    source,
  });
}

function fromClaim(claim: Claim | undefined): Facts | undefined {
  return claim && complete({ ...claim, like: [], fields: new Map(), source: claim.file });
}

/** Debian alone has testing without a number, and releases older than `VERSION_CODENAME`. */
function complete(facts: Facts): Facts {
  if (facts.id !== 'debian') {
    return { ...facts, number: facts.versionId };
  }
  return {
    ...facts,
    number: facts.versionId ?? debian.get(facts.codename ?? ''),
    codename: facts.codename ?? debianNumbers.get(facts.versionId ?? ''),
  };
}

function withBranch(facts: Facts, repositories: Repositories, problems: DistroProblem[]): Facts {
  const { alpine, alpineOther, debian: suites } = repositories;
  if (facts.id === 'alpine') {
    const all = alpine.length > 0 ? alpine : alpineOther;
    if (all.includes('edge')) {
      return { ...facts, number: 'edge' };
    }
    if (alpineOther.includes('edge')) {
      problems.push(unknown('Packages may come from another branch than the release', 'edge', 'etc/apk/repositories'));
    }
  }
  const rolling = suites.length > 0 && suites.every((suite) => suite === 'sid' || suite === 'unstable');
  if (facts.id === 'debian' && facts.versionId === undefined && rolling) {
    return { ...facts, codename: 'sid', number: 'sid' };
  }
  return facts;
}

/**
 * Older files that name another release of the same distribution, told by the ecosystem: what is finer (Debian 12.8 of
 * 12) is no disagreement, nor is what a derivative keeps of its model. A file of Debian's sid names testing.
 */
function disagreements(told: Facts, claims: readonly Claim[]): DistroProblem[] {
  const known = ecosystemOf(told);
  return claims
    .filter((claim) => claim.id === told.id && claim.file !== told.source)
    .map((claim) => complete({ ...told, versionId: claim.versionId, codename: claim.codename, source: claim.file }))
    .filter((other) => {
      const theirs = ecosystemOf(other);
      const isRolling = told.number === 'sid' || other.number === 'sid';
      return known !== undefined && theirs !== undefined && theirs !== known && !isRolling;
    })
    .map((other) => ({
      ...unknown('Release files disagree', `${said(told)}, ${said(other)}`, other.source),
      lossy: true,
    }));
}

function ecosystemOf(facts: Facts): string | undefined {
  const answer = osvEcosystem(facts);
  return answer.kind === 'named' ? answer.ecosystem : undefined;
}

function said({ source, versionId, codename }: Facts): string {
  return `${source}: ${versionId ?? codename}`;
}

function toDistro({ id, name, like, versionId, codename, source }: Facts): Distro {
  return { id, name, like, source: `/${source}`, ...(versionId && { versionId }), ...(codename && { codename }) };
}

/** Only Ubuntu's: the services of a derivative's packages are not known. */
function withServices(distro: Distro, read: (path: string) => string | undefined, problems: DistroProblem[]): Distro {
  if (distro.id !== 'ubuntu') return distro;
  const { services, unreadable } = readUbuntuPro(read);
  if (unreadable !== undefined) {
    problems.push(corrupt('The status of Ubuntu Pro cannot be read', 'which services it has is not known', unreadable));
  }
  return services.length === 0 ? distro : { ...distro, services };
}

function unknown(message: string, detail: string, path?: string): DistroProblem {
  return { code: 'distro-unknown', message, detail, by: 'distro', lossy: false, ...(path && { path: `/${path}` }) };
}

function corrupt(message: string, detail: string, path: string): DistroProblem {
  return { code: 'corrupt', message, detail, path: `/${path}`, by: 'distro', lossy: false };
}
