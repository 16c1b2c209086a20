import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accessOf } from './access.ts';
import { parseName } from './name.ts';
import { RegistryError } from './registry.ts';
import { parseTomlSetting } from './setting-file.ts';
import { resolveName } from './short-names.ts';
import { pem, refusal, writtenSettings } from './testdata/written-settings.ts';

function read(name: string): string {
  return readFileSync(new URL(`testdata/${name}`, import.meta.url), 'utf8');
}

const documents = {
  'etc/containerd/certs.d/example.org/hosts.toml': read('mirrors-hosts.toml').replaceAll(
    /"[^"]*\.(?:crt|pem|cert|key)"/g,
    '"a.pem"',
  ),
  'etc/containers/registries.conf': read('registries.conf'),
  'home/.docker/config.json': JSON.stringify({
    auths: {
      'example.org': { auth: 'YTpi', identitytoken: '' },
      'https://index.docker.io/v1/': { username: 'a', password: 'b' },
    },
    credHelpers: { 'other.example': 'x' },
  }),
};
const beside = {
  'etc/containerd/certs.d/example.org/a.pem': pem('CERTIFICATE', 'a') + pem('PRIVATE KEY', 'a'),
};

describe('files of settings', () => {
  it('that are mutated are understood or refused, and nothing else', async () => {
    const settings = writtenSettings({ ...documents, ...beside });
    const place = fc.record({
      file: fc.constantFrom(...(Object.keys(documents) as (keyof typeof documents)[])),
      at: fc.nat(),
      remove: fc.nat({ max: 12 }),
      insert: fc.oneof(
        fc.string({ maxLength: 6 }),
        fc.constantFrom('"', '[', ']', '{', '}', '=', '\n', '\0', '[]', '{}', 'null', '1', '-', '/', '*'),
      ),
    });
    let understood = 0;
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(place, async ({ file, at, remove, insert }) => {
        const text = documents[file];
        const from = at % text.length;
        const mutated = { ...documents, ...beside, [file]: text.slice(0, from) + insert + text.slice(from + remove) };
        const own = { ...settings, ...writtenSettings(mutated) };
        for (const name of ['example.org/foo/img', 'debian']) {
          try {
            await accessOf(parseName(name), own);
            await resolveName('debian', { ...own, podmanNames: true });
            understood++;
          } catch (error) {
            if (!(error instanceof RegistryError)) throw error;
            refused++;
          }
        }
      }),
      { numRuns: 300 },
    );
    expect(Math.min(understood, refused)).toBeGreaterThan(20);
  });

  it.each([
    ['keys', `${'a.'.repeat(200_000)}a = 1`],
    ['tables', '[a]\n'.repeat(200_000)],
    ['entries', '[[registry]]\nlocation = "a.example"\n'.repeat(40_000)],
    ['blanks', ' '.repeat(4 << 20)],
    ['a line', `a = "${'x'.repeat(3 << 20)}`],
    ['brackets', `a = ${'[{a='.repeat(100_000)}`],
  ])('that are full of %s are dealt with in time', async (_, text) => {
    const settings = writtenSettings({ 'etc/containers/registries.conf': text });
    const start = performance.now();
    await refusal(accessOf(parseName('debian'), settings), settings);
    expect(performance.now() - start).toBeLessThan(5000);
  });

  it('cannot reach what every object has', () => {
    const file = parseTomlSetting('x', '[__proto__]\na = "b"\n[constructor]\nc = 1');
    expect(file.raw('toString')).toBeUndefined();
    expect(file.table('valueOf')).toBeUndefined();
    expect(file.keys()).toEqual(['__proto__', 'constructor']);
    expect(({} as { a?: unknown }).a).toBeUndefined();
  });
});
