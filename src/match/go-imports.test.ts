import { describe, expect, it } from 'vitest';
import type { GoImport } from '../advisory/advisory.ts';
import type { StoredEntry } from '../database/database.ts';
import type { Package } from '../inventory/inventory.ts';
import { go } from '../version/go.ts';
import { explain } from './explain.ts';
import { unusedCode } from './go-imports.ts';
import { matchPackages } from './match.ts';

function moduleOf(name: string, packages: readonly string[] | undefined): Package {
  return {
    id: name,
    name,
    version: '1.20.1',
    ecosystem: 'Go',
    type: 'golang',
    kind: 'binary',
    purl: `pkg:golang/${name}@1.20.1`,
    locations: [],
    licenses: [],
    foundBy: 'golang',
    metadata: { kind: 'language', ...(packages === undefined ? {} : { packages }) },
  };
}

const functions = (...paths: readonly string[]): readonly GoImport[] => paths.map((path) => ({ path, symbols: ['F'] }));

describe('whether the code of a flaw is in a program', () => {
  it.each<[string, string, readonly GoImport[] | undefined, readonly string[] | undefined, boolean]>([
    ['the package is there', 'a.com/m', functions('a.com/m/p'), ['.', 'p'], false],
    ['it is that of the module itself', 'a.com/m', functions('a.com/m'), ['.', 'p'], false],
    ['one of several is', 'a.com/m', functions('a.com/m/p', 'a.com/m/q'), ['q'], false],
    ['none of several is', 'a.com/m', functions('a.com/m/p', 'a.com/m/q'), ['.', 'r'], true],
    ['only a package below it is', 'a.com/m', functions('a.com/m'), ['p'], true],
    ['only one with a longer name is', 'a.com/m', functions('a.com/m/p'), ['p2', 'p/q', 'x/p'], true],
    ['one of the library is', 'stdlib', functions('net/http'), ['net/http', 'runtime'], false],
    ['one of the library is not', 'stdlib', functions('net/http'), ['net', 'runtime'], true],
    ['the library has a copy', 'stdlib', functions('golang.org/x/net/idna'), ['vendor/golang.org/x/net/idna'], false],
    ['the record names no function of it', 'a.com/m', [{ path: 'a.com/m/p', symbols: [] }], ['q'], false],
    [
      'it names none of one of several',
      'a.com/m',
      [...functions('a.com/m/p'), { path: 'a.com/m/t', symbols: [] }],
      ['q'],
      false,
    ],
    ['it names a package of another module', 'a.com/m', functions('a.com/m2/p'), ['q'], false],
    ['it names no package', 'a.com/m', undefined, ['q'], false],
    ['it has an empty list', 'a.com/m', [], ['q'], false],
    ['the packages are not known', 'a.com/m', functions('a.com/m/p'), undefined, false],
    ['no package of the module is there', 'a.com/m', functions('a.com/m/p'), [], false],
  ])('when %s', (_, module, imports, packages, unused) => {
    expect(unusedCode(moduleOf(module, packages), module, imports) !== undefined).toBe(unused);
  });
});

describe('a record', () => {
  const entry: StoredEntry = {
    id: 'GO-2023-1',
    aliases: ['CVE-2023-1'],
    covers: [],
    appliesTo: 'binary',
    status: 'affected',
    ranges: [{ type: 'semver', events: [{ introduced: '0' }, { fixed: '1.20.2' }] }],
    fixState: 'fixed',
    feed: 1,
    source: { name: 'go', url: 'https://x.test/', digest: 'sha256:0', fetchedAt: '2026-11-24T00:00:00Z' },
    qualifiers: { imports: functions('net/http') },
  };
  const matchesOf = (found: Package, one: StoredEntry, system?: string): readonly string[] => {
    const lookup = (_: string, __: string, to: string): StoredEntry[] => (to === 'binary' ? [one] : []);
    const { packages } = matchPackages([found], { lookup }, new Map([['golang', go]]), { system });
    return packages.flatMap(({ matches }) =>
      matches.map((match) => `${match.verdict}: ${explain(match, go).comparison}`),
    );
  };
  const within = '1.20.1 is within < 1.20.2 (go)';
  const said = `not-affected: ${within}, but no Go program in the image has code of the packages that have the flaw`;
  it.each<[string, string[] | undefined, Partial<StoredEntry>, string[]]>([
    ['counts where its package is', ['net/http', 'runtime'], {}, [`affected: ${within}`]],
    ['is kept with the reason where it is not', ['runtime'], {}, [said]],
    ['counts where nothing is known', undefined, {}, [`affected: ${within}`]],
    ['on other versions is none', ['runtime'], { versions: ['1.0.0'], ranges: [] }, []],
    ['that is not determined', ['runtime'], { status: 'undetermined' }, [said]],
  ])('%s', (_, packages, more, expected) => {
    expect(matchesOf(moduleOf('stdlib', packages), { ...entry, ...more })).toEqual(expected);
  });

  it.each<[string[], string | undefined, boolean]>([
    [['windows'], undefined, false],
    [['windows'], 'linux', false],
    [['windows'], 'windows', true],
    [['linux', 'darwin'], undefined, true],
    [['linux', 'darwin'], 'windows', false],
  ])('on %j alone counts on %s: %s', (systems, system, counts) => {
    const found = moduleOf('stdlib', undefined);
    expect(matchesOf(found, { ...entry, qualifiers: { systems } }, system)).toHaveLength(counts ? 1 : 0);
  });
});
