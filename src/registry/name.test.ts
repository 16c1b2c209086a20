import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatName, parseName } from './name.ts';
import { RegistryError } from './registry.ts';

const sha256 = `sha256:${'0123456789abcdef'.repeat(4)}`;
const sha512 = `sha512:${'0123456789abcdef'.repeat(8)}`;
const label = 'a'.repeat(63);
const deep = 'a/'.repeat(127);

describe('a name and its full form', () => {
  it.each([
    ['debian', 'docker.io/library/debian:latest'],
    ['debian:12', 'docker.io/library/debian:12'],
    ['docker.io/debian', 'docker.io/library/debian:latest'],
    ['Docker.IO/debian', 'docker.io/library/debian:latest'],
    ['index.docker.io/debian', 'docker.io/library/debian:latest'],
    ['index.docker.io/library/debian', 'docker.io/library/debian:latest'],
    ['library/debian', 'docker.io/library/debian:latest'],
    ['grafana/loki', 'docker.io/grafana/loki:latest'],
    ['docker.io/grafana/loki:3', 'docker.io/grafana/loki:3'],
    ['docker.io/1a/2b', 'docker.io/1a/2b:latest'],
    ['example.org/a', 'example.org/a:latest'],
    ['example.org:8080/a:b', 'example.org:8080/a:b'],
    ['example:8080/a', 'example:8080/a:latest'],
    ['sub-dom.example.org/a/b/c:some-long-tag', 'sub-dom.example.org/a/b/c:some-long-tag'],
    ['localhost/a', 'localhost/a:latest'],
    ['localhost:5000/a/b', 'localhost:5000/a/b:latest'],
    // Without a slash nothing says that it is a host.
    ['localhost:5000', 'docker.io/library/localhost:5000'],
    ['example.org:5000', 'docker.io/library/example.org:5000'],
    ['127.0.0.1/a', '127.0.0.1/a:latest'],
    ['127.0.0.1:5000/a', '127.0.0.1:5000/a:latest'],
    ['[::1]/a', '[::1]/a:latest'],
    ['[::1]:5000/a:b', '[::1]:5000/a:b'],
    ['[2001:db8:1:2:3:4:5:6]:443/a', '[2001:db8:1:2:3:4:5:6]:443/a:latest'],
    // A capital is no namespace of docker.io, so it is a host.
    ['MyHost/a', 'MyHost/a:latest'],
    ['EXAMPLE.org/a', 'EXAMPLE.org/a:latest'],
    ['xn--n3h.com/a', 'xn--n3h.com/a:latest'],
    ['a--b/c', 'docker.io/a--b/c:latest'],
    ['a_b/c__d', 'docker.io/a_b/c__d:latest'],
    ['example.org/a:_1.2-3', 'example.org/a:_1.2-3'],
    [`example.org/a:${'t'.repeat(128)}`, `example.org/a:${'t'.repeat(128)}`],
    [`debian@${sha256}`, `docker.io/library/debian@${sha256}`],
    [`debian:12@${sha256}`, `docker.io/library/debian:12@${sha256}`],
    [`example.org:5000/a:b@${sha512}`, `example.org:5000/a:b@${sha512}`],
    [`${'ab01'.repeat(16)}:1`, `docker.io/library/${'ab01'.repeat(16)}:1`],
    ['ab01'.repeat(15), `docker.io/library/${'ab01'.repeat(15)}:latest`],
    [`${label}.example.org/a`, `${label}.example.org/a:latest`],
    [`example.org/${deep}a`, `example.org/${deep}a:latest`],
  ])('%s', (text, full) => {
    expect(formatName(parseName(text))).toBe(full);
    expect(parseName(full)).toEqual(parseName(text));
  });

  it('tells tag and digest apart, and has no tag where only a digest is given', () => {
    expect(parseName(`a/b:c@${sha256}`)).toEqual({
      registry: 'docker.io',
      repository: 'a/b',
      tag: 'c',
      digest: sha256,
    });
    expect(parseName(`a/b@${sha256}`)).toEqual({ registry: 'docker.io', repository: 'a/b', digest: sha256 });
  });
});

describe('what is no name, and what of it was understood', () => {
  it.each([
    ['', 'the name is empty'],
    ['  ', 'the name is empty'],
    ['example.org:5000/Foo/bar', 'registry example.org:5000, repository Foo/bar: a repository is in lower case'],
    ['Uppercase:tag', 'registry docker.io, repository library/Uppercase: a repository is in lower case'],
    ['a/B', 'registry docker.io, repository a/B: a repository is in lower case'],
    ['example.org/', 'registry example.org, no repository: a repository follows the registry'],
    [':tag', 'registry docker.io, no repository: a repository follows the registry'],
    [`@${sha256}`, 'registry docker.io, no repository: a repository follows the registry'],
    ['/a', 'registry docker.io, repository /a: there is nothing before, after or between slashes'],
    ['example.org//a', 'registry example.org, repository /a: there is nothing before'],
    ['a//b', 'repository a//b: there is nothing before'],
    ['a/b/', 'repository a/b/: there is nothing before'],
    ['a-/b', 'repository a-/b: parts of a repository are a to z'],
    ['-a/b', 'repository -a/b: parts'],
    ['a._b', 'repository library/a._b: parts'],
    ['a___b', 'repository library/a___b: parts'],
    ['a..b', 'repository library/a..b: parts'],
    ['a/../b', 'repository a/../b: parts'],
    ['a/b*c', 'repository a/b*c: parts'],
    ['a:b/c', 'registry a:b: a port is a number'],
    ['example.org:99999/a', 'registry example.org:99999: a port is a number from 1 to 65535'],
    ['example.org:/a', 'registry example.org:: a port is a number'],
    ['-example.org/a', 'registry -example.org: a host is letters'],
    ['example-.org/a', 'registry example-.org: a host is letters'],
    ['example..org/a', 'registry example..org: a host is letters'],
    ['exa_mple.org/a', 'registry exa_mple.org: a host is letters'],
    [`${'a.'.repeat(128)}a/b`, 'a host is letters'],
    ['[fe80::1%eth0]:80/a', 'registry [fe80::1%eth0]:80: within brackets stands an IPv6 address'],
    ['[::ffff:192.0.2.33]:80/a', 'within brackets stands an IPv6 address'],
    ['[::::]/a', 'within brackets stands an IPv6 address'],
    ['[::1/a', 'registry [::1'],
    ['::1/a', 'registry ::1: a port'],
    ['debian:', 'repository library/debian, no tag: a tag is 1 to 128'],
    ['debian:-a', 'repository library/debian, tag -a: a tag is 1 to 128'],
    [`debian:${'t'.repeat(129)}`, 'a tag is 1 to 128'],
    ['debian:12:13', 'tag 12:13: a tag is 1 to 128'],
    ['debian:12@', 'tag 12, no digest: a digest is sha256: and 64'],
    ['debian@sha256:abc', 'digest sha256:abc: a digest by sha256 has 64 hexadecimal digits in lower case'],
    [`debian@${sha256.toUpperCase().replace('SHA', 'sha')}`, 'has 64 hexadecimal digits in lower case'],
    [`debian@${sha256}@${sha256}`, 'has 64 hexadecimal digits in lower case'],
    [`debian@md5:${'a'.repeat(32)}`, 'only digests by sha256 and sha512 can be verified'],
    [`debian@toString:${'a'.repeat(32)}`, 'only digests by sha256 and sha512 can be verified'],
    ['debian@latest', 'digest latest: a digest is sha256: and 64'],
    ['ab01'.repeat(16), '64 hexadecimal digits are an identifier, not a name'],
    [`example.org/${deep}aa`, 'a repository has at most 255 characters'],
    ['https://example.org/a', 'a name does not begin with https://'],
    ['docker://debian', 'a name does not begin with docker://'],
    ['deb ian', 'a name has no blanks'],
    ['debian\n', 'a name has no blanks'],
    ['debian\u0000', 'a name has no blanks'],
    ['dé/bian', 'repository dé/bian: parts'],
    [`${'a'.repeat(100)}!${'b'.repeat(4899)}`, '…(4900 more characters): a name is shorter'],
  ])('%j', (text, detail) => {
    expect(detailOf(text)).toContain(detail);
  });
});

function detailOf(text: string): string | undefined {
  try {
    parseName(text);
  } catch (error) {
    if (!(error instanceof RegistryError) || error.code !== 'bad-name') throw error;
    return error.detail;
  }
  return undefined;
}

const alnum = fc.stringMatching(/^[a-z0-9]{1,8}$/);
const part = fc
  .array(fc.tuple(alnum, fc.constantFrom('.', '_', '__', '-', '---')), { minLength: 1, maxLength: 3 })
  .map((pieces) => pieces.map(([text, separator], index) => (index === 0 ? text : separator + text)).join(''));
const host = fc.oneof(
  fc
    .array(fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,5}[a-z0-9])?$/), { minLength: 2, maxLength: 3 })
    .map((all) => all.join('.')),
  fc.constantFrom('localhost', '[::1]', '[2001:db8::7]', '192.0.2.1', 'Upper'),
);
const port = fc.option(fc.integer({ min: 1, max: 65_535 }), { nil: undefined });
const names = fc
  .record(
    {
      registry: fc.tuple(host, port).map(([text, number]) => (number === undefined ? text : `${text}:${number}`)),
      repository: fc.array(part, { minLength: 1, maxLength: 4 }).map((all) => all.join('/')),
      tag: fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,20}$/),
      digest: fc.constantFrom(sha256, sha512),
    },
    { requiredKeys: ['registry', 'repository'] },
  )
  .map((name) => (name.tag === undefined && name.digest === undefined ? { ...name, tag: 'latest' } : name));

describe('any text', () => {
  it('is the name it was formatted from', () => {
    fc.assert(
      fc.property(names, (name) => {
        expect(parseName(formatName(name))).toEqual(name);
      }),
    );
  });

  it('is a name whose full form means the same, or is refused as a bad name', () => {
    const pieces = fc.constantFrom(
      'a',
      'A',
      '0',
      '.',
      ':',
      '/',
      '@',
      '-',
      '_',
      '[',
      ']',
      'localhost',
      sha256,
      ' ',
      '\u0000',
      'é',
    );
    const texts = fc.oneof(
      fc.string(),
      fc.array(pieces, { maxLength: 12 }).map((all) => all.join('')),
    );
    fc.assert(
      fc.property(texts, (text) => {
        if (detailOf(text) !== undefined) return;
        const name = parseName(text);
        expect(parseName(formatName(name))).toEqual(name);
      }),
      { numRuns: 2000 },
    );
  });

  it('is refused at once where it is hostile', () => {
    const start = performance.now();
    for (const unit of ['a', '-', 'a-', 'a.', '_', '/', ':', '@', '[', '[:', 'a/']) {
      for (const length of [255, 1000, 1_000_000]) {
        for (const end of ['', '!', '/a', ':', '@']) detailOf(unit.repeat(length / unit.length) + end);
      }
    }
    expect(performance.now() - start).toBeLessThan(2000);
  });
});
