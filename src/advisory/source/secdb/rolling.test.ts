import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Advisory, AdvisorySource } from '../../advisory.ts';
import { chainguard } from '../chainguard/chainguard.ts';
import { minimos } from '../minimos/minimos.ts';
import { describeSource } from '../source.contract.ts';
import { wolfi } from '../wolfi/wolfi.ts';

const json = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));
const read = (name: string): Uint8Array => readFileSync(new URL(`testdata/${name}.json`, import.meta.url));
const documents = { wolfi: read('wolfi'), minimos: read('minimos') };

function secdb(packages: unknown): Uint8Array {
  return json({ apkurl: '', archs: ['x86_64'], reponame: 'os', urlprefix: '', packages });
}

interface Document {
  readonly packages: readonly { readonly pkg: { readonly secfixes: Readonly<Record<string, readonly string[]>> } }[];
}

function idsIn(document: Uint8Array): readonly string[] {
  const { packages }: Document = JSON.parse(Buffer.from(document).toString());
  return packages.flatMap(({ pkg }) => Object.values(pkg.secfixes).flat());
}

/** Counted in the documents by `grep -cE '"(CVE|GHSA)-'`. */
const sources: readonly [AdvisorySource, string, Uint8Array, number][] = [
  [wolfi, 'Wolfi', documents.wolfi, 50],
  [chainguard, 'Chainguard', documents.wolfi, 50],
  [minimos, 'MinimOS', documents.minimos, 59],
];

for (const [source, ecosystem, document, count] of sources) {
  describeSource(source, {
    ecosystem,
    foreign: 'Alpine:v3.20',
    document,
    expected: {
      report: { read: count, kept: count, skipped: {}, malformed: [] },
      ids: idsIn(document),
    },
    empty: secdb([]),
    record: { pkg: { name: 'xz', secfixes: { '5.8.3-r0': ['CVE-2026-34743 GHSA-aaaa'], '0': ['CVE-2024-3094'] } } },
    around: (record) => secdb([record]),
    many: (size) => {
      const ids = Array.from({ length: size }, (_, index) => `"CVE-2024-${1000 + index}"`);
      return Buffer.from(`{"packages":[{"pkg":{"name":"linux","secfixes":{"6.6-r0":[${ids.join(',')}]}}}]}`);
    },
  });
}

function parse(source: AdvisorySource, document: Uint8Array): readonly Advisory[] {
  const [feed] = source.feeds(undefined);
  const advisories: Advisory[] = [];
  if (feed)
    void source.parse(
      feed,
      document,
      (advisory) => advisories.push(advisory),
      () => {},
    );
  return advisories;
}

describe('a distribution without releases', () => {
  it.each([
    [wolfi, 'https://packages.wolfi.dev/os/security.json'],
    [chainguard, 'https://packages.cgr.dev/chainguard/security.json'],
    [minimos, 'https://packages.mini.dev/advisories/secdb/security.json'],
  ])('is had at one address', (source, url) => {
    expect(source.feeds(undefined).map((feed) => feed.url)).toEqual([url]);
  });

  it.each([
    [wolfi, 'Wolfi'],
    [chainguard, 'Chainguard'],
    [minimos, 'MinimOS'],
  ])('speaks of its own packages alone, by the name of their origin', (source, ecosystem) => {
    const advisories = parse(source, documents.wolfi);
    expect(new Set(advisories.flatMap(({ affected }) => affected.map((entry) => entry.ecosystem)))).toEqual(
      new Set([ecosystem]),
    );
    expect(new Set(advisories.flatMap(({ affected }) => affected.map((entry) => entry.appliesTo)))).toEqual(
      new Set(['source']),
    );
  });

  it.each([
    ['CVE-2016-2781', 'coreutils', 'not-affected', undefined],
    ['CVE-2017-8806', 'postgresql-15', 'not-affected', undefined],
    ['CVE-2022-37434', 'zlib', 'affected', '1.2.12-r3'],
    ['CVE-2022-39046', 'glibc', 'affected', '2.36-r1'],
  ])('says of %s in %s: %s %s', (id, name, status, fixed) => {
    const found = parse(wolfi, documents.wolfi).find((advisory) => advisory.id === id);
    const [entry] = found?.affected ?? [];
    expect([entry?.package, entry?.status, entry?.ranges[0]?.events.at(-1)]).toEqual([
      name,
      status,
      fixed === undefined ? undefined : { fixed },
    ]);
  });

  it('keeps flaws that have no CVE by the name that they have', () => {
    expect(parse(minimos, documents.minimos).filter(({ id }) => id.startsWith('GHSA-'))).toMatchObject([
      { id: 'GHSA-jq35-85cj-fj4p', affected: [{ package: 'apko', status: 'not-affected' }] },
    ]);
  });
});
