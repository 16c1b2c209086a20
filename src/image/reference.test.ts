import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tarBytes } from '../../test/images/tar.ts';
import { ImageError, type Reference } from './image.ts';
import { resolveReference } from './reference.ts';

const folder = mkdtempSync(join(tmpdir(), 'seaworthy-reference-'));
const before = process.cwd();

beforeAll(() => {
  process.chdir(folder);
  for (const layout of ['layout', 'debian', 'with:colon', 'with#hash', 'sub/layout']) {
    mkdirSync(layout, { recursive: true });
    writeFileSync(join(layout, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  }
  mkdirSync('root/etc', { recursive: true });
  mkdirSync('docker');
  mkdirSync('registry/usr', { recursive: true });
  const tar = tarBytes([{ name: 'a', body: 'b' }]);
  for (const name of ['image.tar', 'image', 'nginx']) writeFileSync(name, tar);
  writeFileSync('notes.txt', 'text');
});
afterAll(() => {
  process.chdir(before);
  rmSync(folder, { recursive: true });
});

const usual = ['docker', 'podman', 'containerd', 'registry'] as const;
const name = (text: string, ...places: readonly (typeof usual)[number][]): Reference => ({
  scheme: 'named',
  name: text,
  places: places.length === 0 ? usual : places,
});
const digest = `sha256:${'a'.repeat(64)}`;

describe('names', () => {
  it.each<[string, Reference]>([
    ['debian:12', { scheme: 'oci', path: 'debian', name: '12' }],
    ['alpine', name('alpine')],
    ['alpine:3.20', name('alpine:3.20')],
    // A folder of that name that holds no image does not hide the image; one with a root file system has no tags.
    ['docker:27', name('docker:27')],
    ['registry:2', name('registry:2')],
    [`registry@${digest}`, name(`registry@${digest}`)],
    ['notes.txt:1', name('notes.txt:1')],
    ['localhost:5000/app:1', name('localhost:5000/app:1')],
    [`docker.io/library/alpine@${digest}`, name(`docker.io/library/alpine@${digest}`)],
    ['registry://registry:2', name('registry:2', 'registry')],
    ['docker://debian:12', name('debian:12', 'registry')],
    ['docker-daemon://debian:12', name('debian:12', 'docker')],
    ['podman://layout', name('layout', 'podman')],
    ['containerd://1a2b3c', name('1a2b3c', 'containerd')],
    ['container://box', { scheme: 'container', name: 'box', places: usual }],
    // No scheme of ours.
    ['constructor://debian', name('constructor://debian')],
    ['toString:1', name('toString:1')],
    ['__proto__:1', name('__proto__:1')],
    ['https://example.org/a', name('https://example.org/a')],
  ])('%s', (text, expected) => {
    expect(resolveReference(text)).toEqual(expected);
  });

  it('are looked for where the user says, but for those that say it themselves', () => {
    expect(resolveReference('alpine', ['registry'])).toEqual(name('alpine', 'registry'));
    expect(resolveReference('podman://alpine', ['registry'])).toEqual(name('alpine', 'podman'));
    expect(resolveReference('container://a', ['podman'])).toEqual({
      scheme: 'container',
      name: 'a',
      places: ['podman'],
    });
  });
});

describe('paths', () => {
  it.each<[string, Reference]>([
    ['layout', { scheme: 'oci', path: 'layout' }],
    ['./layout', { scheme: 'oci', path: './layout' }],
    ['sub/layout', { scheme: 'oci', path: 'sub/layout' }],
    ['layout:latest', { scheme: 'oci', path: 'layout', name: 'latest' }],
    [`layout@${digest}`, { scheme: 'oci', path: 'layout', name: digest }],
    [`layout:1@${digest}`, { scheme: 'oci', path: 'layout', name: `1@${digest}` }],
    ['with:colon', { scheme: 'oci', path: 'with:colon' }],
    ['with:colon:1', { scheme: 'oci', path: 'with:colon', name: '1' }],
    ['oci:with:colon:a/b:1', { scheme: 'oci', path: 'with:colon', name: 'a/b:1' }],
    ['oci:layout', { scheme: 'oci', path: 'layout' }],
    ['nginx', { scheme: 'archive', path: 'nginx' }],
    ['image:1', { scheme: 'archive', path: 'image', name: '1' }],
    ['image.tar', { scheme: 'archive', path: 'image.tar' }],
    ['oci-archive:image.tar', { scheme: 'oci-archive', path: 'image.tar' }],
    ['docker-archive:image.tar:a/b:1', { scheme: 'docker-archive', path: 'image.tar', name: 'a/b:1' }],
    ['root', { scheme: 'rootfs', path: 'root' }],
    ['rootfs:docker', { scheme: 'rootfs', path: 'docker' }],
    ['dir:docker', { scheme: 'rootfs', path: 'docker' }],
    ['containerd-root:root', { scheme: 'containerd-root', path: 'root' }],
    ['containerd-root:root#debian:12', { scheme: 'containerd-root', path: 'root', name: 'debian:12' }],
    ['containerd-root:with#hash', { scheme: 'containerd-root', path: 'with#hash' }],
    ['containerd-root:with#hash#a', { scheme: 'containerd-root', path: 'with#hash', name: 'a' }],
    ['containerd-root:root#container://box', { scheme: 'containerd-root', path: 'root', container: 'box' }],
  ])('%s', (text, expected) => {
    expect(resolveReference(text)).toEqual(expected);
  });
});

describe('what is refused', () => {
  it.each([
    ['', 'not-found'],
    ['./none', 'not-found'],
    ['/none/image', 'not-found'],
    ['~/image', 'not-found'],
    ['none.tar', 'not-found'],
    ['none.tar.gz:1', 'named'],
    ['./root:1', 'not-found'],
    ['./image.tar/below', 'not-found'],
    ['rootfs:root:1', 'not-found'],
    ['oci:none', 'not-found'],
    ['oci:', 'bad-reference'],
    ['registry://', 'bad-reference'],
    ['container://', 'bad-reference'],
    ['containerd-root:', 'bad-reference'],
    ['containerd-root:root#', 'bad-reference'],
    ['containerd-root:root#container://', 'bad-reference'],
    ['containerd-root:none#a', 'not-found'],
    ['containerd-root:image.tar#a', 'bad-reference'],
    ['oci:image.tar', 'bad-reference'],
    ['oci-archive:layout', 'bad-reference'],
    ['rootfs:image.tar', 'bad-reference'],
    ['docker', 'not-an-image'],
    ['notes.txt', 'not-an-image'],
    ['/dev/null', 'not-an-image'],
    ['./a\0b', 'unreadable'],
    [`./${'a'.repeat(5000)}`, 'unreadable'],
  ])('%s: %s', (text, code) => {
    expect(outcome(text)).toBe(code);
  });

  it('nothing else is thrown, and no text takes long', () => {
    const part = fc.constantFrom(
      ':',
      '@',
      '/',
      '#',
      '://',
      '.',
      '~',
      'oci',
      'rootfs',
      'layout',
      'container',
      '\0',
      'é',
    );
    const text = fc.oneof(
      fc.string({ maxLength: 60, unit: 'binary' }),
      fc.array(part, { maxLength: 12 }).map((all) => all.join('')),
    );
    fc.assert(fc.property(text, (one) => void outcome(one)));
    const started = performance.now();
    outcome('a:'.repeat(2000));
    expect(performance.now() - started).toBeLessThan(2000);
  });
});

function outcome(text: string): string {
  try {
    return resolveReference(text).scheme;
  } catch (error) {
    if (error instanceof ImageError) return error.code;
    throw error;
  }
}
