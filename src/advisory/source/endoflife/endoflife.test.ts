import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Fact, LifecycleFact, ParseReport } from '../../advisory.ts';
import { cycleOf, type ProductFacts, productOf } from '../../lifecycle.ts';
import products from '../../lifecycle-products.json' with { type: 'json' };
import { describeSource } from '../source.contract.ts';
import { endoflife } from './endoflife.ts';

const debian = readFileSync(new URL('testdata/debian.json', import.meta.url));
const feeds = new URL('../../../../../shared/feeds/endoflife.date/api/', import.meta.url);
const absent = !existsSync(feeds);
const why = absent ? ' (SKIPPED: the feed snapshots ../shared/feeds are not here)' : '';

const around = (...cycles: unknown[]): Buffer => Buffer.from(JSON.stringify(cycles));

describeSource(endoflife, {
  foreign: 'Debian:12',
  document: debian,
  expected: {
    report: { read: 5, kept: 5, skipped: {}, malformed: [] },
    ids: [],
    facts: Array.from({ length: 5 }, () => 'lifecycle debian'),
  },
  empty: Buffer.from('[]'),
  record: (JSON.parse(debian.toString()) as unknown[])[0],
  around,
  many: (count) =>
    Buffer.from(`[${Array.from({ length: count }, (_, n) => `{"cycle":"${n}","eol":false}`).join(',')}]`),
});

async function read(product: string, bytes: Uint8Array): Promise<{ report: ParseReport; facts: LifecycleFact[] }> {
  const facts: Fact[] = [];
  const feed = endoflife.feeds(undefined).find(({ url }) => url === `https://endoflife.date/api/${product}.json`);
  if (feed === undefined) throw new Error(`no feed of ${product}`);
  const report = await endoflife.parse(
    feed,
    bytes,
    () => {},
    (fact) => facts.push(fact),
  );
  return { report, facts: facts.filter((fact) => fact.kind === 'lifecycle') };
}

describe('a cycle', () => {
  it('is what the document says', async () => {
    expect((await read('debian', debian)).facts.slice(0, 2)).toEqual([
      {
        kind: 'lifecycle',
        key: 'debian',
        cycle: '13',
        codename: 'Trixie',
        released: '2025-08-09',
        endOfLife: '2028-08-09',
        endOfExtended: '2030-06-30',
        latest: '13.6',
        latestReleased: '2026-07-11',
        lts: false,
      },
      {
        kind: 'lifecycle',
        key: 'debian',
        cycle: '12',
        codename: 'Bookworm',
        released: '2023-06-10',
        endOfLife: '2026-07-11',
        endOfExtended: '2028-06-30',
        latest: '12.15',
        latestReleased: '2026-07-11',
        lts: false,
      },
    ]);
  });
  it.each<[object, object]>([
    [{ eol: true }, { endOfLife: true }],
    [{ eol: false }, { endOfLife: false }],
    [
      { eol: false, support: true },
      { endOfLife: false, endOfSupport: false },
    ],
    [
      { eol: true, support: false },
      { endOfLife: true, endOfSupport: true },
    ],
    [
      { eol: true, extendedSupport: true },
      { endOfLife: true, endOfExtended: false },
    ],
    [
      { eol: true, extendedSupport: false },
      { endOfLife: true, endOfExtended: true },
    ],
    [
      { eol: '2026-01-01', lts: '2025-01-01' },
      { endOfLife: '2026-01-01', lts: '2025-01-01' },
    ],
    [{ eol: '2026-01-01', latest: null, codename: null, support: 'soon' }, { endOfLife: '2026-01-01' }],
  ])('%j is %j', async (said, expected) => {
    expect((await read('nodejs', around({ cycle: '1', ...said }))).facts).toEqual([
      { kind: 'lifecycle', key: 'nodejs', cycle: '1', ...expected },
    ]);
  });
  it.each([
    {},
    { cycle: '1' },
    { eol: true },
    { cycle: 1, eol: true },
    { cycle: '1', eol: 'soon' },
    { cycle: '1', eol: '2026-02-31' },
  ])('%j is malformed', async (cycle) => {
    const { report } = await read('nodejs', around(cycle));
    expect(report).toEqual({ read: 1, kept: 0, skipped: { malformed: 1 }, malformed: ['nodejs, cycle 0'] });
  });
  it('is not looked for in an object', async () => {
    await expect((async () => await read('nodejs', Buffer.from('{"cycle":"1"}')))()).rejects.toMatchObject({
      code: 'not-the-format',
    });
  });
});

describe('products', () => {
  it('are told apart: no two have a name in common', () => {
    const names = products.flatMap((entry) => [
      ...('distributions' in entry ? (entry.distributions ?? []).map((id) => `${id} ${'named' in entry}`) : []),
      ...('names' in entry ? (entry.names ?? []) : []),
    ]);
    expect(names.length).toBeGreaterThan(100);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });
  it.each<[ProductFacts, string | undefined]>([
    [{ distribution: 'debian', name: 'Debian GNU/Linux 12 (bookworm)' }, 'debian'],
    [{ distribution: 'centos', name: 'CentOS Linux 7 (Core)' }, 'centos'],
    [{ distribution: 'centos', name: 'CentOS Stream 9' }, 'centos-stream'],
    [{ distribution: 'wolfi', name: 'Wolfi' }, undefined],
    [{ program: 'node' }, 'nodejs'],
    [{ program: 'debian' }, undefined],
    [{ program: '__proto__' }, undefined],
  ])('%j is %s', (facts, product) => {
    expect(productOf(facts)).toBe(product);
  });
});

const distribution = (id: string, name = id, codename?: string): ProductFacts => ({
  distribution: id,
  name,
  ...(codename === undefined ? {} : { codename }),
});

describe.skipIf(absent)(`snapshots${why}`, () => {
  it('of all products in the table are read whole', async () => {
    const files = new Set(readdirSync(feeds));
    for (const { product } of products) {
      expect(files).toContain(`${product}.json`);
      const bytes = readFileSync(new URL(`${product}.json`, feeds));
      const cycles = JSON.parse(bytes.toString()) as Record<string, unknown>[];
      const { report, facts } = await read(product, bytes);
      expect(report).toEqual({ read: cycles.length, kept: cycles.length, skipped: {}, malformed: [] });
      expect(facts.map(({ cycle, endOfLife, latest }) => [cycle, endOfLife, latest])).toEqual(
        cycles.map(({ cycle, eol, latest }) => [cycle, eol, latest]),
      );
    }
  });
  it.each<[ProductFacts, string | undefined, string | undefined]>([
    [distribution('debian'), '12', '12'],
    [distribution('debian'), undefined, undefined],
    [distribution('debian', 'Debian', 'trixie'), undefined, '13'],
    [distribution('debian', 'Debian', 'sid'), undefined, undefined],
    [distribution('ubuntu', 'Ubuntu', 'noble'), undefined, '24.04'],
    [distribution('ubuntu'), '22.04', '22.04'],
    [distribution('alpine'), '3.20.3', '3.20'],
    [distribution('alpine'), '3.2.0', '3.2'],
    [distribution('alpine'), '3.21.0_alpha20240807', '3.21'],
    [distribution('rhel'), '9.4', '9'],
    [distribution('rhel'), '10.2', '10'],
    [distribution('centos', 'CentOS Stream 9'), '9', '9'],
    [distribution('centos', 'CentOS Linux 7 (Core)'), '7', '7'],
    [distribution('rocky'), '8.10', '8'],
    [distribution('ol'), '8.9', '8'],
    [distribution('amzn'), '2', '2'],
    [distribution('amzn'), '2023', '2023'],
    [distribution('amzn'), '2018.03', '2018.03'],
    [distribution('fedora'), '41', '41'],
    [distribution('sles'), '15.5', '15.5'],
    [distribution('opensuse-leap'), '15.6', '15.6'],
    [distribution('opensuse-tumbleweed'), '20240101', undefined],
    [distribution('photon'), '5.0', '5.0'],
    [distribution('cos'), '113', 'cos-113'],
    [distribution('postmarketos'), 'v24.12', '24.12'],
    [distribution('nixos'), '24.05', '24.05'],
    [{ program: 'node' }, '22.11.0', '22'],
    [{ program: 'node' }, '0.10.48', undefined],
    [{ program: 'node' }, '2', '2'],
    [{ program: 'python' }, '3.1.5', '3.1'],
    [{ program: 'python' }, '3.15.0', undefined],
    [{ program: 'python' }, '3.12.1', '3.12'],
    [{ program: 'go' }, 'go1.22.3', '1.22'],
    [{ program: 'stdlib' }, '1.22.3', '1.22'],
    [{ program: 'temurin' }, '1.8.0_392', '8'],
    [{ program: 'temurin' }, '8u392-b08', '8'],
    [{ program: 'temurin' }, '21.0.1+12', '21'],
    [{ program: 'corretto' }, '17.0.9.8.1', '17'],
    [{ program: 'dotnet' }, '8.0.1', '8'],
    [{ program: 'dotnet' }, '3.1.32', '3.1'],
    [{ program: 'nginx' }, '1.25.3', '1.25'],
    [{ program: 'postgres' }, '16.1', '16'],
    [{ program: 'postgres' }, '9.6.24', '9.6'],
    [{ program: 'redis' }, '8.10.1', '8.10'],
    [{ program: 'openssl' }, '1.1.1w', '1.1.1'],
    [{ program: 'kubelet' }, 'v1.30.1', '1.30'],
    [{ program: 'kubelet' }, '1.30.1', '1.30'],
    [{ program: 'dockerd' }, '20.10.24', '20.10'],
    [{ program: 'dockerd' }, '27.3.1', '27'],
    [{ program: 'jenkins' }, '2.479.1', '2.479'],
    [{ program: 'jenkins' }, '2.999', '2'],
    [{ program: 'unheard-of' }, '1', undefined],
  ])('%j %s is of cycle %s', async (facts, version, cycle) => {
    const product = productOf(facts);
    const bytes = product === undefined ? Buffer.from('[]') : readFileSync(new URL(`${product}.json`, feeds));
    const { facts: cycles } = await read(product ?? 'debian', bytes);
    const others = (await read('debian', debian)).facts.map((fact) => ({ ...fact, key: 'other' }));
    expect(cycleOf(facts, version, [...others, ...cycles])?.cycle).toBe(cycle);
  });
});
