// Every registered format with files that no package manager wrote: nothing crashes, nothing takes long, what may be
// missing is said, and what lies beside is found.
import { rmSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Report } from '../src/finding/finding.ts';
import { ecosystems } from '../src/scan/ecosystems.ts';
import { type FormatPath, formatPaths } from './images/format-paths.ts';
import { hostileContents } from './images/hostile-files.ts';
import { nodeModule } from './images/language-files.ts';
import type { TarEntry } from './images/oci-image.ts';
import { named, newScanner } from './images/scanner.ts';
import mayBeSilent from './images/silent-files.json' with { type: 'json' };

const scanner = newScanner('language-hostile');
/** Seconds of processor time, of all threads, that one image may take. */
const mostSeconds = 3;
/** Memory of the whole test, MB. */
const mostMemory = 1500;
/** Seconds of processor time of the whole test. */
const mostSecondsInAll = 60;
/** Bytes beyond which a file is written once, and only one of each kind of name is tried. */
const large = 1 << 20;

const gemBeside: TarEntry = {
  name: 'srv/beside/Gemfile.lock',
  body: 'GEM\n  remote: https://example.com/\n  specs:\n    beside (1.0.0)\n\nDEPENDENCIES\n  beside\n',
};

describe.each(ecosystems.map((ecosystem) => [ecosystem.type, formatPaths(ecosystem)] as const))('%s', (type, paths) => {
  it('has paths to try', () => {
    expect(paths.length).toBeGreaterThan(0);
  });

  it.each(Object.keys(hostileContents))('%s', async (content) => {
    const beside = type === 'npm' ? gemBeside : nodeModule('srv/beside', 'beside', '1.0.0');
    const entries = hostileEntries(paths, content);
    const image = scanner.image([[beside, ...entries]], 'none');
    const before = process.cpuUsage();
    const report = await scanner.listed(image);
    const { user, system } = process.cpuUsage(before);
    rmSync(image, { recursive: true });
    expect(report.problems.filter(({ code }) => code === 'crash')).toEqual([]);
    expect(named(report, 'beside').map(({ version }) => version)).toEqual(['1.0.0']);
    expect(silences(report, entries, allowedFor(type, content))).toEqual([]);
    expect((user + system) / 1e6).toBeLessThan(mostSeconds);
    expect(['polluted', 'version'].filter((key) => Object.hasOwn(Object.prototype, key))).toEqual([]);
  });
});

it('takes no more memory and time than it may', () => {
  const { user, system } = process.cpuUsage();
  expect((user + system) / 1e6).toBeLessThan(mostSecondsInAll);
  expect(process.resourceUsage().maxRSS / 1024).toBeLessThan(mostMemory);
});

/** What is large is tried once for each kind of name, and written once for those with the same content. */
function hostileEntries(paths: readonly FormatPath[], content: string): TarEntry[] {
  const firsts = new Map<Buffer, string>();
  const kinds = new Set<string>();
  return paths.flatMap(({ path, genuine, kind, extractor = '' }): TarEntry[] => {
    if (kinds.has(kind)) return [];
    const body = hostileContents[content]?.(path, genuine) ?? Buffer.alloc(0);
    if (body.length < large) return [{ name: path, body }];
    kinds.add(kind);
    // An extractor looks at the name as which it sees a file first.
    const first = extractor === '' ? firsts.get(body) : undefined;
    if (first !== undefined) return [{ name: path, type: 'hardlink', link: first }];
    if (extractor === '') firsts.set(body, path);
    return [{ name: path, body }];
  });
}

/** A row of `silent-files.json`; of all contents unless some are named. */
interface Silent {
  readonly type: string;
  readonly path: string;
  readonly contents?: readonly string[];
}

function allowedFor(type: string, content: string): RegExp[] {
  const rows: readonly Silent[] = mayBeSilent;
  return rows
    .filter((row) => row.type === type && (row.contents?.includes(content) ?? true))
    .map(({ path }) => new RegExp(path));
}

/** Files with content of which neither a package nor a problem tells, and which are not among those that may be so. */
function silences({ problems, packages }: Report, entries: readonly TarEntry[], allowed: readonly RegExp[]): string[] {
  const told = new Set(problems.flatMap(({ path }) => path ?? []));
  for (const { locations } of packages) for (const { path } of locations) told.add(path);
  return entries
    .filter(({ type, body = '' }) => type === 'hardlink' || body.length > 0)
    .map(({ name }) => name)
    .filter((name) => !told.has(`/${name}`) && !allowed.some((pattern) => pattern.test(name)));
}
