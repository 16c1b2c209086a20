import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Extract } from '../../image/image.ts';
import { type ZipFile, zipFile } from '../../internal/testdata/zip-file.ts';
import { type JarFacts, unpackFacts } from './facts.ts';
import { jarExtractor } from './jar-extractor.ts';
import { maven } from './maven.ts';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const known: ZipFile = {
  name: 'META-INF/maven/g/a/pom.properties',
  bytes: text('groupId=g\nartifactId=a\nversion=1\n'),
};

function extract(bytes: Uint8Array, path = 'app/x.jar', size = bytes.length): Extract | undefined {
  const extraction = jarExtractor.open(path, size);
  for (let at = 0; at < bytes.length; at += 1000) if (!extraction.write(bytes.subarray(at, at + 1000))) break;
  return extraction.end();
}

function factsOf(bytes: Uint8Array, path?: string): JarFacts {
  const kept = extract(bytes, path);
  if (kept === undefined) throw new Error('nothing was kept');
  return unpackFacts(kept.bytes);
}

const codes = ({ problems }: JarFacts): string[] => problems.map(({ code }) => code);
const names = ({ archives }: JarFacts): string[] =>
  archives.flatMap(({ descriptors }) => descriptors.map(({ artifact }) => artifact));

describe('what is an archive', () => {
  it.each([
    ['app.jar', true],
    ['opt/APP.WAR', true],
    ['plugins/git.hpi', true],
    ['a/b.lpkg', true],
    ['a/b.zip', false],
    ['a/.jar', false],
    ['jar', false],
    ['a/b.jar.txt', false],
    ['a/b.xjar', false],
  ])('%s: %s', (path, is) => {
    expect(jarExtractor.selects(path)).toBe(is);
  });
  it('is told by content where other formats have such names', () => {
    expect(extract(text('Rar!\x1a\x07 and so on'), 'backup.rar')).toBeUndefined();
    expect(names(factsOf(zipFile([known]), 'adapter.rar'))).toEqual(['a']);
    expect(extract(text(''), 'empty.jar')).toBeUndefined();
    expect(codes(factsOf(text('<html>'), 'page.jar'))).toEqual(['corrupt']);
  });
  it('may follow a start script', () => {
    expect(names(factsOf(Buffer.concat([text('#!/bin/bash\nexec java -jar "$0"\n'), zipFile([known])])))).toEqual([
      'a',
    ]);
  });
});

describe('digests', () => {
  it('are taken where distributions put archives, of the whole file', () => {
    const bytes = zipFile([known]);
    const sha1 = createHash('sha1').update(bytes).digest('hex');
    expect(extract(bytes, 'usr/share/java/a.jar')?.digests?.[1]).toBe(`sha1:${sha1}`);
    expect(extract(bytes, 'opt/a.jar')).not.toHaveProperty('digests');
  });
  it('what is kept is in its own memory', () => {
    const bytes = extract(zipFile([known]))?.bytes;
    expect(bytes?.byteLength).toBe(bytes?.buffer.byteLength);
  });
});

describe('hostile archives', () => {
  const nested = (levels: number, name = 'x.jar'): Uint8Array => {
    let bytes: Uint8Array = zipFile([known]);
    for (let level = 0; level < levels; level++) bytes = zipFile([{ name, bytes, stored: level % 2 === 0 }]);
    return bytes;
  };
  it('are read to a hundred levels, and no deeper', () => {
    expect([names(factsOf(nested(100))), codes(factsOf(nested(100)))]).toEqual([['a'], []]);
    expect([names(factsOf(nested(101))), codes(factsOf(nested(101)))]).toEqual([[], ['too-large']]);
  });
  it('that branch are bounded', () => {
    let bytes: Uint8Array = zipFile([known]);
    for (let level = 0; level < 16; level++)
      bytes = zipFile([
        { name: 'a.jar', bytes },
        { name: 'b.jar', bytes },
      ]);
    const facts = factsOf(bytes);
    expect([facts.archives.length, codes(facts)]).toEqual([20_000, ['too-large']]);
  });
  it('that unpack to gigabytes are bounded', () => {
    const start = performance.now();
    const zeros = zipFile([{ name: 'z.jar', bytes: new Uint8Array(700 << 20), crc: 0 }]);
    const many = zipFile(Array.from({ length: 5 }, (_, at) => ({ name: `${at}.jar`, bytes: zeros })));
    const facts = factsOf(many);
    expect([facts.archives.length, codes(facts)]).toEqual([
      6,
      ['too-large', 'too-large', 'too-large', 'too-large', 'too-large'],
    ]);
    expect(performance.now() - start).toBeLessThan(20_000);
  }, 30_000);
  it.each<[string, ZipFile, string]>([
    ['a gigabyte that is not there', { ...known, size: 2 ** 30 }, 'too-large'],
    ['an impossible inner archive', { name: 'a.jar', bytes: text('x'), size: 2 ** 26 - 1 }, 'corrupt'],
    ['an inner archive beyond the limit', { name: 'a.jar', bytes: text('x'), size: 2 ** 31 }, 'too-large'],
    ['a wrong size', { ...known, size: 5 }, 'corrupt'],
    ['a wrong checksum', { ...known, crc: 5 }, 'corrupt'],
    ['an encrypted descriptor', { ...known, flags: 1 }, 'unsupported'],
    ['an encrypted inner archive', { name: 'a.jar', bytes: zipFile([]), flags: 1 }, 'unsupported'],
    ['an unknown method', { ...known, method: 99 }, 'unsupported'],
    ['an inner archive that is none', { name: 'a.jar', bytes: text('none') }, 'corrupt'],
    ['a bill of materials that is none', { name: 'META-INF/sbom/x.cdx.json', bytes: text('[[[') }, 'corrupt'],
    ['entries that share their data', { ...known, packed: 2 ** 20 }, 'corrupt'],
  ])('%s is a problem, the rest is read', (_, file, code) => {
    const facts = factsOf(zipFile([{ ...known, name: 'META-INF/maven/g/b/pom.properties' }, file]));
    expect([codes(facts), facts.archives[0]?.descriptors.length ?? 0]).toEqual([[code], expect.any(Number)]);
    expect(facts.archives).toHaveLength(1);
    expect(facts.archives[0]?.descriptors[0]?.path).toContain('/b/');
  });
  it('may have an inner archive that is another format', () => {
    expect(codes(factsOf(zipFile([{ name: 'doc.par', bytes: text('none') }])))).toEqual([]);
  });
  it('may name entries twice, upwards, and with controls', () => {
    const inner = zipFile([known]);
    const facts = factsOf(
      zipFile([
        { name: '../../etc/a.jar', bytes: inner },
        { name: 'b\n\u0000.jar', bytes: inner },
        { name: 'b.jar', bytes: inner },
        { name: 'b.jar', bytes: inner },
      ]),
    );
    expect(facts.archives.map(({ path }) => path)).toEqual(['', '../../etc/a.jar', 'b??.jar', 'b.jar', 'b.jar']);
  });
  it('of more than a gigabyte are not read', () => {
    expect(codes(unpackFacts(extract(text(''), 'a.jar', 2 ** 30 + 1)?.bytes ?? text('')))).toEqual(['too-large']);
  });
  it('with tens of thousands of entries are read', () => {
    const many = Array.from({ length: 70_000 }, (_, at) => ({ name: `p${at}/C.class`, bytes: text(''), stored: true }));
    const facts = factsOf(zipFile([...many, known], true));
    expect([names(facts), codes(facts), facts.archives[0]?.packages.length]).toEqual([['a'], [], 12]);
  });
});

describe('damage anywhere', () => {
  const layer = { index: 0, diffId: '' };
  const wholes = ['tool-1.2.0.jar', 'shop-2.0-SNAPSHOT.war', 'api-0.0.1-SNAPSHOT.jar'].map((name) =>
    readFileSync(new URL(`testdata/${name}`, import.meta.url)),
  );
  const catalog = (bytes: Uint8Array): ReturnType<typeof maven.catalog> => {
    const kept = extract(bytes);
    return maven.catalog({ files: kept ? [{ path: 'app/x.jar', bytes: kept.bytes, layer, extractor: 'jar' }] : [] });
  };
  it.each([0, 1, 2])('leaves the right packages or a lossy problem (%i)', (index) => {
    const whole = wholes[index] ?? Buffer.alloc(0);
    const right = new Set(catalog(whole).packages.map(({ purl }) => purl));
    let state = 7 + index;
    const random = (limit: number): number => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return Math.floor((state / 2 ** 32) * limit);
    };
    for (let round = 0; round < 150; round++) {
      let bytes = Buffer.from(whole);
      if (round % 3 === 0) bytes = bytes.subarray(0, random(bytes.length));
      else if (round % 3 === 1) for (let count = 0; count < 4; count++) bytes[random(bytes.length)] = random(256);
      else bytes.copyWithin(random(bytes.length), random(bytes.length), random(bytes.length));
      const { packages, problems } = catalog(bytes);
      expect(problems.every(({ by, path }) => by === 'maven' && path === '/app/x.jar')).toBe(true);
      const wrong = packages.filter(({ purl, metadata }) => !right.has(purl) && !('certainty' in metadata));
      expect(problems.some(({ lossy }) => lossy) ? [] : wrong).toEqual([]);
      expect(packages.length).toBeLessThan(60);
    }
  });
});
