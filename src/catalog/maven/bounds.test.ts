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
