import { describe, expect, it } from 'vitest';
import type { StoredEntry } from '../database/database.ts';
import type { Package } from '../inventory/inventory.ts';
import { type Advisories, assess } from './assess.ts';
import { advisorySources } from './ecosystems.ts';
import { onRequest, precedence, supplements } from './precedence.ts';

const layer = { index: 0, diffId: '' };
const found: Package = {
  id: 'pkg:deb/debian/libfoo1@1.0?arch=amd64',
  name: 'libfoo1',
  version: '1.0',
  ecosystem: 'Debian:12',
  type: 'deb',
  kind: 'binary',
  source: { name: 'foo', version: '1.0' },
  purl: 'pkg:deb/debian/libfoo1@1.0?arch=amd64',
  locations: [{ path: '/var/lib/dpkg/status', layer }],
  licenses: [],
  foundBy: 'dpkg',
  metadata: { kind: 'dpkg' },
};

function entry(source: string, id: string, fixed: string | undefined, more: Partial<StoredEntry> = {}): StoredEntry {
  return {
    id,
    aliases: [],
    covers: [],
    appliesTo: 'source',
    status: fixed === undefined ? 'not-affected' : 'affected',
    ranges: fixed === undefined ? [] : [{ type: 'ecosystem', events: [{ introduced: '0' }, { fixed }] }],
    fixState: 'fixed',
    feed: 1,
    source: { name: source, url: `https://${source}.test/`, digest: 'sha256:0', fetchedAt: '2026-11-24T00:00:00Z' },
    ...more,
  };
}

function advisories(entries: readonly StoredEntry[]): Advisories {
  return {
    lookup: (_, name, appliesTo) => entries.filter((one) => name === 'foo' && one.appliesTo === appliesTo),
    details: () => undefined,
    ecosystem: (ecosystem) => ({ ecosystem, sources: [], missing: [] }),
    facts: () => [],
    close: () => undefined,
  };
}

/** `flaw verdict fix [aliases]` of each finding. */
function told(...entries: readonly StoredEntry[]): string[] {
  return assess([found], advisories(entries), { precedence: ['debian', 'osv', 'starter'] }).findings.map(
    ({ vulnerability, verdict, fix, evidence }) =>
      `${vulnerability.id} ${verdict} ${fix.version ?? '-'} [${vulnerability.aliases.join(' ')}] ×${evidence.length}`,
  );
}

describe('one flaw is one finding', () => {
  it.each<[string, StoredEntry[], string[]]>([
    [
      'two sources that agree',
      [entry('osv', 'DEBIAN-CVE-2026-1', '2.0', { aliases: ['CVE-2026-1'] }), entry('debian', 'CVE-2026-1', '1.5')],
      ['CVE-2026-1 affected 1.5 [] ×2'],
    ],
    [
      'the distribution says not affected',
      [entry('osv', 'DEBIAN-CVE-2026-1', '2.0', { aliases: ['CVE-2026-1'] }), entry('debian', 'CVE-2026-1', undefined)],
      [],
    ],
    [
      'only another source knows of it',
      [entry('osv', 'DSA-1', '2.0', { aliases: ['CVE-2026-1'] })],
      ['CVE-2026-1 affected 2.0 [DSA-1] ×1'],
    ],
    [
      'a notice on two flaws',
      [entry('osv', 'ALSA-1', '2.0', { covers: ['CVE-2026-1', 'CVE-2026-2'] })],
      ['CVE-2026-1 affected 2.0 [ALSA-1] ×1', 'CVE-2026-2 affected 2.0 [ALSA-1] ×1'],
    ],
    [
      'two notices on one flaw: the later fix completes',
      [
        entry('osv', 'ALSA-1', '1.5', { covers: ['CVE-2026-1'] }),
        entry('osv', 'ALSA-2', '2.0', { covers: ['CVE-2026-1'] }),
      ],
      ['CVE-2026-1 affected 2.0 [ALSA-1 ALSA-2] ×2'],
    ],
    [
      'the starter set agrees: no second opinion',
      [entry('debian', 'CVE-2026-1', '2.0'), entry('starter', 'CVE-2026-1', '2.0')],
      ['CVE-2026-1 affected 2.0 [] ×1'],
    ],
    ['only the starter set knows of it', [entry('starter', 'CVE-2026-1', '2.0')], ['CVE-2026-1 affected 2.0 [] ×1']],
    ['no CVE: its own name', [entry('debian', 'TEMP-1', '2.0')], ['TEMP-1 affected 2.0 [] ×1']],
    [
      'undetermined is a finding of its own verdict',
      [entry('debian', 'CVE-2026-1', undefined, { status: 'undetermined' })],
      ['CVE-2026-1 unknown - [] ×1'],
    ],
    [
      'affected by one record and undetermined by another of the source',
      [entry('debian', 'CVE-2026-1', undefined, { status: 'undetermined' }), entry('debian', 'CVE-2026-1', '2.0')],
      ['CVE-2026-1 affected 2.0 [] ×2'],
    ],
  ])('%s', (_, entries, expected) => {
    expect(told(...entries)).toEqual(expected);
  });
});

it('a finding keeps its identity when the version changes', () => {
  const again = {
    ...found,
    version: '1.1',
    id: found.id.replace('1.0', '1.1'),
    purl: found.purl.replace('1.0', '1.1'),
    source: { name: 'foo', version: '1.1' },
  };
  const [first, second] = [found, again].map(
    (one) => assess([one], advisories([entry('debian', 'CVE-2026-1', '2.0')]), { precedence }).findings[0]?.id,
  );
  expect(first).toBe(second);
  expect(first).toBe('CVE-2026-1|pkg:deb/debian/libfoo1?arch=amd64');
});

it('two versions of one package have findings of their own', () => {
  const again = {
    ...found,
    version: '1.1',
    id: found.id.replace('1.0', '1.1'),
    purl: found.purl.replace('1.0', '1.1'),
  };
  const { findings } = assess([found, again], advisories([entry('debian', 'CVE-2026-1', '2.0')]), { precedence });
  expect(findings.map(({ id }) => id)).toEqual([`CVE-2026-1|${found.id}`, `CVE-2026-1|${again.id}`]);
});

describe('a flaw whose code is not in the package', () => {
  const built = (name: string, source: string): Package => ({
    ...found,
    name,
    source: { name: source, version: '1.0' },
  });
  const known: Advisories = {
    ...advisories([]),
    lookup: (_, _name, appliesTo) =>
      appliesTo === 'source'
        ? [entry('debian', 'CVE-2023-45853', '2.0'), entry('debian', 'CVE-2022-37434', '2.0')]
        : [],
  };
  it.each<[string, string, string[]]>([
    ['linux-libc-dev', 'linux', []],
    ['linux-headers-6.1.0-9-amd64', 'linux', []],
    ['linux-image-6.1.0-9-amd64', 'linux', ['CVE-2022-37434', 'CVE-2023-45853']],
    ['zlib1g', 'zlib', ['CVE-2022-37434']],
    ['minizip', 'zlib', ['CVE-2022-37434', 'CVE-2023-45853']],
    ['libfoo1', 'foo', ['CVE-2022-37434', 'CVE-2023-45853']],
  ])('%s of %s', (name, source, expected) => {
    const { findings, elsewhere } = assess([built(name, source)], known, { precedence });
    expect(findings.map(({ vulnerability }) => vulnerability.id)).toEqual(expected);
    expect(elsewhere.length).toBe(2 - expected.length);
  });
});

describe('flaws in packages of a Go module', () => {
  const module: Package = {
    ...found,
    id: 'pkg:golang/foo@v1.0.0',
    name: 'foo',
    version: 'v1.0.0',
    ecosystem: 'Go',
    type: 'golang',
    purl: 'pkg:golang/foo@v1.0.0',
    metadata: { kind: 'language', packages: ['.', 'used'] },
  };
  const record = (id: string, fixed: string, ...paths: string[]): StoredEntry =>
    entry(id.startsWith('GO-') ? 'osv' : 'ghsa', id, fixed, {
      appliesTo: 'binary',
      aliases: ['CVE-2026-1'],
      ...(paths.length === 0 ? {} : { qualifiers: { imports: paths.map((path) => ({ path, symbols: ['F'] })) } }),
    });
  const because = 'no Go program in the image has code of the packages that have the flaw';
  it.each<[string, StoredEntry[], string[], string[]]>([
    ['that are there', [record('GO-1', '2.0.0', 'foo/used')], ['CVE-2026-1'], []],
    ['that are not', [record('GO-1', '2.0.0', 'foo/idle')], [], ['CVE-2026-1']],
    [
      'that one of two records has',
      [record('GO-1', '2.0.0', 'foo/idle'), record('GO-2', '2.0.0', 'foo/used')],
      ['CVE-2026-1'],
      [],
    ],
    // Whoever names no package does not know better.
    [
      'of which others say nothing',
      [record('GHSA-1', '2.0.0'), record('GO-1', '2.0.0', 'foo/idle')],
      [],
      ['CVE-2026-1'],
    ],
    ['of another version', [record('GHSA-1', '2.0.0'), record('GO-1', '0.9.0', 'foo/idle')], ['CVE-2026-1'], []],
    ['of a version that is fixed', [record('GO-1', '0.9.0', 'foo/idle')], [], []],
  ])('%s', (_, records, counted, left) => {
    const { findings, elsewhere } = assess([module], advisories(records), { precedence: ['ghsa', 'osv'] });
    expect(findings.map(({ vulnerability }) => vulnerability.id)).toEqual(counted);
    expect(elsewhere).toEqual(left.map((flaw) => ({ package: 'foo', flaw, because })));
  });
});

it('the severity shown is the first that is known', () => {
  const severity = { label: 'high', scheme: 'debian-urgency', value: 'high', by: 'debian' } as const;
  const [finding] = assess([found], advisories([entry('debian', 'CVE-2026-1', '2.0', { severity })]), {
    precedence,
  }).findings;
  expect(finding?.vulnerability.severity).toEqual(severity);
});

it('the order of precedence is that of the sources, then the archive, the starter set last', async () => {
  const sources = await advisorySources();
  expect(precedence).toEqual([...sources.map(({ id }) => id), 'archive', 'starter']);
  const adding = sources.filter(({ role }) => role === 'supplement').map(({ id }) => id);
  const large = sources.filter(({ role, broughtBy }) => role === undefined && broughtBy !== undefined);
  const theirs = large.flatMap((one) =>
    one.feeds(undefined).flatMap((feed) => feed.ecosystems.map((name) => [name, one.id])),
  );
  const alone = theirs.filter(
    ([name = '']) => !sources.some((one) => one.broughtBy === undefined && one.feeds([name]).length > 0),
  );
  expect(new Map(alone as [string, string][])).toEqual(onRequest);
  expect([...supplements].toSorted()).toEqual([...adding, 'archive'].toSorted());
});

it('each record is read once, and a package told of once, for all findings', () => {
  const read: string[] = [];
  const packages = ['libfoo1', 'foo-tools'].map((name): Package => {
    const purl = `pkg:deb/debian/${name}@1.0?arch=amd64`;
    return { ...found, id: purl, purl, name };
  });
  const flaws = ['CVE-2026-1', 'CVE-2026-2', 'CVE-2026-3'];
  const { findings } = assess(
    packages,
    {
      ...advisories(flaws.map((flaw) => entry('debian', flaw, '2.0'))),
      details(id) {
        read.push(id);
        return undefined;
      },
    },
    { precedence },
  );
  expect(findings.map(({ package: { name }, vulnerability }) => `${name} ${vulnerability.id}`)).toEqual(
    ['foo-tools', 'libfoo1'].flatMap((name) => flaws.map((flaw) => `${name} ${flaw}`)),
  );
  expect(read.toSorted()).toEqual(flaws);
  expect(new Set(findings.map((finding) => finding.package)).size).toBe(2);
});
