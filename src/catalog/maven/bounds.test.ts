import { expect, it } from 'vitest';
import { zipFile } from '../../internal/testdata/zip-file.ts';
import { type JarFacts, unpackFacts } from './facts.ts';
import { jarExtractor } from './jar-extractor.ts';
import { readManifest, readProperties } from './java-text.ts';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

function factsOf(bytes: Uint8Array): JarFacts {
  const extraction = jarExtractor.open('app/x.jar', bytes.length);
  extraction.write(bytes);
  return unpackFacts(extraction.end()?.bytes ?? text(''));
}

it('more artifacts than are read in one archive are told', () => {
  const descriptor = (at: number): string => `META-INF/maven/g/a${at}/pom.properties`;
  const bytes = (at: number): Uint8Array => text(`groupId=g\nartifactId=a${at}\nversion=1\n`);
  const facts = factsOf(zipFile(Array.from({ length: 5002 }, (_, at) => ({ name: descriptor(at), bytes: bytes(at) }))));
  expect(facts.archives[0]?.descriptors.length).toBe(5000);
  expect(facts.problems.map(({ code }) => code)).toEqual(['too-large']);
});

it.each<[string, () => unknown, unknown]>([
  [
    'properties of one line in a million parts',
    () => readProperties(`a\\\n${'b\\\n'.repeat(1_000_000)}\nversion=1\n`, new Set(['version'])).get('version'),
    '1',
  ],
  [
    'properties with backslashes before ends of lines',
    () => readProperties('x=a\\\\\\\nb\\\\\nversion=1\\\n 2\n', new Set(['x', 'version'])).get('version'),
    '12',
  ],
  [
    'a hundred manifests of a megabyte',
    () => {
      const long = `${'A: b\n'.repeat(200_000)}Title: x\n`;
      return Array.from({ length: 100 }, () => readManifest(long, new Map([['title', 'Title']]))).length;
    },
    100,
  ],
])('%s cost little', (_, read, expected) => {
  const start = performance.now();
  expect(read()).toBe(expected);
  expect(performance.now() - start).toBeLessThan(3000);
});

const manifest = text(`Manifest-Version: 1.0\n${'Name: value\n'.repeat(600_000)}`);
const archiveWith = (bytes: Uint8Array): Buffer => zipFile([{ name: 'META-INF/MANIFEST.MF', bytes }]);

it.each([
  ['texts that are long', Array.from({ length: 60 }, () => ({ bytes: archiveWith(manifest), stored: true }))],
  ['archives of nothing', Array.from({ length: 8 }, () => ({ bytes: new Uint8Array(64 << 20) }))],
])('%s within a small archive are not all unpacked, which is told', (_, inner) => {
  const bytes = zipFile(inner.map((one, at) => ({ name: `${at}.jar`, ...one })));
  const start = process.cpuUsage();
  const { archives, problems } = factsOf(bytes);
  const { user } = process.cpuUsage(start);
  expect(archives.length).toBeGreaterThan(0);
  expect(new Set(problems.map(({ code }) => code))).toContain('too-large');
  expect(user / 1e6).toBeLessThan(4);
});
