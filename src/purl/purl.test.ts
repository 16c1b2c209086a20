import { assert, constantFrom, property, string, stringMatching } from 'fast-check';
import { PackageURL } from 'packageurl-js';
import { expect, it } from 'vitest';
import { packagePurl, parsePurl, purlNumbering } from './purl.ts';

it.each([
  [{ type: 'deb', namespace: 'debian', name: 'bash', version: '5.2.15-2+b7' }, 'pkg:deb/debian/bash@5.2.15-2%2Bb7'],
  [
    {
      type: 'deb',
      namespace: 'Debian',
      name: 'libstdc++6',
      version: '1:12.2~0',
      qualifiers: { distro: 'debian-12', arch: 'amd64' },
    },
    'pkg:deb/debian/libstdc%2B%2B6@1:12.2~0?arch=amd64&distro=debian-12',
  ],
  [
    { type: 'rpm', namespace: 'Fedora', name: 'GConf2', version: '3.2.6', qualifiers: { epoch: '', arch: undefined } },
    'pkg:rpm/fedora/GConf2@3.2.6',
  ],
  [{ type: 'apk', namespace: 'alpine', name: 'APK-tools' }, 'pkg:apk/alpine/apk-tools'],
  [{ type: 'golang', namespace: 'github.com/A/b', name: 'c@d/e' }, 'pkg:golang/github.com/A/b/c%40d%2Fe'],
  [{ type: 'generic', name: "a!b'(c)*d", version: 'é' }, 'pkg:generic/a%21b%27%28c%29%2Ad@%C3%A9'],
])('%o is %s', (parts, purl) => {
  expect(packagePurl(parts)).toBe(purl);
});

const text = string({ unit: 'grapheme', minLength: 1, maxLength: 12 }).filter(
  (value) => value.trim() === value && value !== '',
);
// packageurl-js 2.0.1 decodes qualifier values twice, so a percent sign or plus in one does not come back.
const undecoded = text.filter((value) => !/[%+]/.test(value));
const plain = stringMatching(/^[a-z0-9][a-z0-9._-]{0,10}$/);
const type = constantFrom('deb', 'apk', 'rpm', 'generic', 'composer');

it('is byte for byte what packageurl-js writes, where nothing needs an encoding', () => {
  assert(
    property(type, plain, plain, plain, plain, (kind, namespace, name, version, arch) => {
      const theirs = new PackageURL(kind, namespace, name, version, { arch }, undefined).toString();
      expect(packagePurl({ type: kind, namespace, name, version, qualifiers: { arch } })).toBe(theirs);
    }),
  );
});

it('is read back by packageurl-js as the parts it was made of', () => {
  assert(
    property(type, plain, text, text, undecoded, (kind, namespace, name, version, distro) => {
      const theirs = new PackageURL(kind, namespace, name, version, { distro }, undefined);
      const ours = PackageURL.fromString(packagePurl({ type: kind, namespace, name, version, qualifiers: { distro } }));
      expect(ours).toEqual(theirs);
    }),
    { numRuns: 500 },
  );
});

it('takes apart what it wrote', () => {
  assert(
    property(type, plain, text, text, text, (kind, namespace, name, version, distro) => {
      const parsed = parsePurl(packagePurl({ type: kind, namespace, name, version, qualifiers: { distro } }));
      const folds = kind === 'deb' || kind === 'apk' || kind === 'composer';
      const expected = {
        type: kind,
        namespace,
        name: folds ? name.toLowerCase() : name,
        version,
        qualifiers: { distro },
      };
      expect(parsed).toEqual(expected);
    }),
    { numRuns: 500 },
  );
});

it.each<[string, object | undefined]>([
  ['pkg:npm/@s/lib@1.0.0', { type: 'npm', namespace: '@s', name: 'lib', version: '1.0.0', qualifiers: {} }],
  ['pkg:npm/@s/lib', { type: 'npm', namespace: '@s', name: 'lib', qualifiers: {} }],
  [
    'PKG://Deb/Debian/Bash@1?Arch=amd64&x=#sub/path',
    { type: 'deb', namespace: 'debian', name: 'bash', version: '1', qualifiers: { arch: 'amd64' } },
  ],
  [
    'pkg:oci/app@sha256%3Aabc?repository_url=r.test/a',
    { type: 'oci', name: 'app', version: 'sha256:abc', qualifiers: { repository_url: 'r.test/a' } },
  ],
  ['pkg:golang/a.b/c//d@v1', { type: 'golang', namespace: 'a.b/c', name: 'd', version: 'v1', qualifiers: {} }],
  [
    'pkg:generic/__proto__?__proto__=x',
    { type: 'generic', name: '__proto__', qualifiers: JSON.parse('{"__proto__":"x"}') },
  ],
  ['pkg:npm', undefined],
  ['pkg:npm/', undefined],
  ['pkg:/lib', undefined],
  ['pkg:npm/%E9', undefined],
  ['npm/lib@1', undefined],
  ['cpe:2.3:a:x:y', undefined],
])('takes %s apart', (purl, expected) => {
  expect(parsePurl(purl)).toEqual(expected);
});

it('survives a lone surrogate', () => {
  expect(packagePurl({ type: 'deb', name: '\ud800' })).toBe('pkg:deb/%EF%BF%BD');
});

it('numbers those alike', () => {
  const number = purlNumbering();
  expect(['pkg:deb/a@1', 'pkg:deb/b@1', 'pkg:deb/a@1', 'pkg:deb/a@1'].map(number)).toEqual([
    'pkg:deb/a@1',
    'pkg:deb/b@1',
    'pkg:deb/a@1#2',
    'pkg:deb/a@1#3',
  ]);
});
