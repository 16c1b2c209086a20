import { readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CatalogResult, ImageFile } from '../catalog.ts';
import { describeCataloger } from '../cataloger.contract.ts';
import { executable } from '../executable/executable.ts';
import { describeMutations } from '../mutation.contract.ts';
import { program } from './program.ts';
import origins from './testdata/origins.json' with { type: 'json' };

const layer = { index: 0, diffId: 'sha256:00' };

function testdata(name: string): Uint8Array {
  return Uint8Array.from(readFileSync(new URL(`testdata/${name}`, import.meta.url)));
}

function binary(name: string): Uint8Array {
  return Uint8Array.from(gunzipSync(testdata(`${name}.gz`)));
}

/** As a scan does: by the extractor unless the cataloger selects the path; in pieces of that many bytes. */
function catalog(files: Readonly<Record<string, string | Uint8Array>>, piece = 1 << 16): CatalogResult {
  const list = Object.keys(files)
    .toSorted()
    .flatMap((path): ImageFile[] => {
      const bytes = Buffer.from(files[path] ?? '');
      if (program.selects(path, 'packages')) return [{ path, bytes, layer }];
      const kept = extract(path, bytes, piece);
      return kept === undefined ? [] : [{ path, bytes: kept, layer, extractor: executable.id }];
    });
  return program.catalog({ files: list });
}

function extract(path: string, bytes: Buffer, piece: number): Uint8Array | undefined {
  const extraction = executable.open(path, bytes.length);
  for (let at = 0, more = true; more && at < bytes.length; at += piece) {
    const chunk = Uint8Array.from(bytes.subarray(at, at + piece));
    more = extraction.write(chunk);
    chunk.fill(0xee);
  }
  return extraction.end()?.bytes;
}

function listed({ packages }: CatalogResult): string[] {
  return packages.map(({ name, version }) => `${name} ${version}`);
}

/** deb-version(7): `[epoch:]upstream[-revision]`; what the packager adds to the upstream version goes too. */
function upstream(packaged: string): string {
  return packaged
    .replace(/^\d+:/, '')
    .replace(/-[^-]*$/, '')
    .replace(/[.+](?:dfsg|ds)[\w.]*$/, '');
}

/** An ELF file with nothing but the given text behind its header. */
function elf(text: string | Buffer): Buffer {
  const head = Buffer.from(binary('nginx').subarray(0, 1024));
  return Buffer.concat([head, Buffer.from(text as string, 'latin1')]);
}

const samples: Readonly<Record<string, Readonly<Record<string, Uint8Array>>>> = {
  'machine code': { 'usr/local/bin/nginx': binary('nginx'), 'opt/redis/redis-server': binary('redis-server') },
  java: { 'opt/java/release': testdata('openjdk-17-release') },
  erlang: { 'usr/local/lib/erlang/releases/25/OTP_VERSION': testdata('OTP_VERSION') },
  'web applications': {
    'var/www/html/libraries/classes/Version.php': testdata('phpmyadmin-Version.php'),
    'srv/wiki/includes/Defines.php': testdata('mediawiki-Defines.php'),
  },
};
const expected: Readonly<Record<string, readonly string[]>> = {
  'machine code': ['nginx 1.22.1 -', 'redis 6.2.14 -'],
  java: ['openjdk 17.0.21.1 -'],
  erlang: ['erlang-otp 25.2.3 -'],
  'web applications': ['mediawiki 1.39.17 -', 'phpmyadmin 5.2.1 -'],
};

describeCataloger(
  program,
  Object.keys(samples).map((name) => ({
    name,
    files: samples[name] ?? {},
    expected: expected[name] ?? [],
    unrecognizable: true,
  })),
  { extractor: executable },
);
describeMutations(program, [samples['java'] ?? {}, samples['erlang'] ?? {}, samples['web applications'] ?? {}]);

describe('genuine programs', () => {
  it.each(origins)('$file is $program of $from', ({ file, program: name, packaged }) => {
    const { problems, ...result } = catalog({ [`usr/local/lib/${file}`]: binary(file) });
    expect(listed({ ...result, problems })).toEqual([`${name} ${upstream(packaged)}`]);
    expect(problems).toEqual([]);
  });
  it('each cut is in the table', () => {
    const cuts = readdirSync(new URL('testdata', import.meta.url)).filter((name) => name.endsWith('.gz'));
    expect(cuts.toSorted()).toEqual(origins.map(({ file }) => `${file}.gz`).toSorted());
  });
  it('are the same in pieces of any length', () => {
    fc.assert(
      fc.property(fc.constantFrom(...origins), fc.integer({ min: 1, max: 700 }), ({ file, ...origin }, piece) => {
        const found = catalog({ [`usr/local/lib/${file}`]: binary(file) }, piece);
        expect(listed(found)).toEqual([`${origin.program} ${upstream(origin.packaged)}`]);
      }),
      { numRuns: 150 },
    );
  });
});

it('tells how sure it is, and by which names advisories know it', () => {
  const path = 'usr/local/sbin/nginx';
  const [found] = catalog({ [path]: binary('nginx') }).packages;
  expect(found).toEqual({
    id: 'pkg:generic/nginx@1.22.1',
    name: 'nginx',
    version: '1.22.1',
    ecosystem: 'CPE',
    knownAs: ['f5:nginx', 'f5:nginx_open_source', 'nginx:nginx'],
    type: 'generic',
    kind: 'binary',
    purl: 'pkg:generic/nginx@1.22.1',
    locations: [{ path: `/${path}`, layer }],
    licenses: [],
    foundBy: 'program',
    metadata: { kind: 'language', identifiedBy: 'version text', certainty: 'likely' },
  });
});

it('Node.js is judged by the advisories of its own project', () => {
  const [found] = catalog({ 'usr/local/bin/node': binary('node') }).packages;
  expect([found?.name, found?.ecosystem, found?.knownAs]).toEqual(['node', 'Node.js', undefined]);
});

it('several files of one product are one package', () => {
  const { packages } = catalog({
    'usr/local/bin/openssl': binary('openssl'),
    'opt/libcrypto.so.3': binary('libcrypto.so.3'),
  });
  expect(packages).toHaveLength(1);
  expect(packages[0]?.locations.map(({ path }) => path)).toEqual(['/opt/libcrypto.so.3', '/usr/local/bin/openssl']);
});

/** Texts as others' documentation and sources have them; what of them is a version, and what is not. */
describe('version texts', () => {
  it.each<[string, string, readonly string[]]>([
    ['nginx', 'nginx version: nginx/1.25.3\n\0', ['nginx 1.25.3']],
    ['nginx', 'nginx version: openresty/1.21.4.1\n\0', ['nginx 1.21.4', 'openresty 1.21.4.1']],
    ['redis-server', '\x003.0.7\0Redis version 2.8.23\0', ['redis 2.8.23']],
    ['redis-server', 'A7.0.14buildkitsandbox-1702957741000000000\0', ['redis 7.0.14']],
    ['redis-server', 'A4.0.11841ce7054bd9-1542359302000000000\0', ['redis 4.0.11']],
    ['redis-server', 'A7.0.151790282056000000000\0', ['redis 7.0.15']],
    ['valkey-server', 'A8.1.0buildkitsandbox-1702957741000000000\0', ['valkey 8.1.0']],
    ['node', '\0node v0.10.48\0', ['node 0.10.48']],
    ['openssl', '\0OpenSSL 1.1.1w  11 Sep 2023\0', ['openssl 1.1.1w']],
    ['libssl.so.10', '\0OpenSSL 1.0.2k-fips  26 Jan 2017\0', ['openssl 1.0.2k']],
    ['libcrypto.so.3', '\0OpenSSL 3.2.0-beta1 26 Oct 2023\0', ['openssl 3.2.0-beta1']],
    ['libcrypto.so.53', '\0LibreSSL 3.8.2\0', ['libressl 3.8.2']],
    ['haproxy', ' version 2.9-dev6-5d2f1a1, released 2023/09/22\0', ['haproxy 2.9-dev6']],
    ['postgres', '\0PostgreSQL 9.6.24 on x86_64\0', ['postgresql 9.6.24']],
    ['postgres', '\0PostgreSQL 17beta2 on x86_64\0', ['postgresql 17beta2']],
    ['mysqld', '\x0010.6.15-MariaDB-log\0', ['mariadb 10.6.15']],
    ['ruby', '\0ruby 3.4.0preview1 (2024-05-16 master 9d69619623) [x86_64-linux]\0', ['ruby 3.4.0preview1']],
    ['ruby', '\0ruby 2.7.7p221 (2022-11-24 revision 168ec2b1e5)\0', ['ruby 2.7.7']],
    ['php-fpm', 'X-Powered-By: PHP/8.3.0RC3\0', ['php 8.3.0RC3']],
    ['python3.13', '\x003.13.0rc1+\0', ['python 3.13.0rc1']],
    ['libpython3.11.so.1.0', '\0/opt/pyenv/versions/3.11.7\0', ['python 3.11.7']],
    ['ld-musl-x86_64.so.1', '\x001.2.4\0', ['musl 1.2.4']],
    ['libc-2.31.so', '\0GNU C Library (GNU libc) stable release version 2.31.\n', ['glibc 2.31']],
    ['deno', 'Deno/2.6.3\0', ['deno 2.6.3']],
  ])('%s: %j', (name, text, versions) => {
    expect(listed(catalog({ [`opt/${name}`]: elf(text) }))).toEqual(versions);
  });
  it.each<[string, string]>([
    ['postgres', '\0upgrading to PostgreSQL 9.1.\0'],
    ['python3.11', '\x003.110.2\0'],
    ['python3.11', '\x0013.11.2\0'],
    ['mysqld', 'for example 10.1.1-MariaDB-mariadb1precise-log\0'],
    ['httpd', '\0Apache/2.4\0'],
    ['sshd', '\0OpenSSH_2.*,OpenSSH_3.0*,OpenSSH_3.1*\0'],
    ['wget', '\x001.2.13\0'],
    ['nginx', 'nginx version: \0'],
    ['notnginx', 'nginx version: nginx/1.25.3\n\0'],
    ['nginx.conf', 'nginx version: nginx/1.25.3\n\0'],
  ])('%s: %j tells none', (name, text) => {
    expect(listed(catalog({ [`opt/${name}`]: elf(text) }))).toEqual([]);
  });
});

describe('a program of a known name without its version', () => {
  it('is a problem, for it may be what it is named', () => {
    const { problems } = catalog({ 'opt/nginx': elf('nothing') });
    expect(problems).toMatchObject([{ code: 'unsupported', path: '/opt/nginx', by: 'program', lossy: true }]);
  });
  it.each(['ruby', 'python3.11', 'libssl.so.3', 'mysqld'])(
    'is none for %s, where a library or another has it',
    (name) => {
      expect(catalog({ [`opt/${name}`]: elf('nothing') }).problems).toEqual([]);
    },
  );
  it('is none where the name is of a text', () => {
    expect(catalog({ 'etc/init.d/nginx': '#!/bin/sh\nnginx version: nginx/1.25.3\n'.repeat(100) })).toMatchObject({
      packages: [],
      problems: [],
    });
  });
});

it('a program that Go or Rust built says by that what it is', () => {
  for (const sample of ['golang/testdata/go1.26-pie', 'cargo/testdata/r-lld']) {
    const bytes = gunzipSync(readFileSync(new URL(`../${sample}.gz`, import.meta.url)));
    const result = catalog({ 'opt/nginx': Buffer.concat([bytes, Buffer.from('nginx version: nginx/1.25.3\n\0')]) });
    expect([listed(result), result.problems]).toEqual([[], []]);
  }
});

describe('Java', () => {
  it.each<[string, string]>([
    ['IMPLEMENTOR="Eclipse Adoptium"\nJAVA_VERSION="21"\n', 'temurin 21'],
    ['JAVA_VERSION="1.8.0_392"\nOS_NAME="Linux"\nIMPLEMENTOR="Temurin"\n', 'temurin 1.8.0_392'],
    ['IMPLEMENTOR="Azul Systems, Inc."\r\nJAVA_VERSION="17.0.9"\r\n', 'zulu 17.0.9'],
    ['IMPLEMENTOR="Amazon.com Inc."\nJAVA_VERSION="11.0.21"\n', 'corretto 11.0.21'],
    ['IMPLEMENTOR="Oracle Corporation"\nGRAALVM_VERSION="22.3.1"\nJAVA_VERSION="17.0.6"\n', 'graalvm 17.0.6'],
    ['IMPLEMENTOR="Oracle Corporation"\nJAVA_VERSION="22-ea"\n', 'openjdk 22-ea'],
    ['JAVA_VERSION="17.0.9"\n', 'openjdk 17.0.9'],
  ])('%j is %s', (text, name) => {
    const result = catalog({ 'opt/java/openjdk/release': text });
    expect(listed(result)).toEqual([name]);
    expect(result.packages[0]?.knownAs).toEqual(expect.arrayContaining(['oracle:openjdk', 'oracle:jdk', 'oracle:jre']));
  });
  it.each(['', 'Ubuntu 22.04\n', 'MODULES="java.base"\n'])('%j is not Java', (text) => {
    expect(catalog({ 'etc/release': text })).toMatchObject({ packages: [], problems: [] });
  });
  it.each([
    'JAVA_VERSION="17.0',
    'JAVA_VERSION="latest"\n',
    'JAVA_VERSION=""\n',
    `JAVA_VERSION="${'1'.repeat(1e5)}"\n`,
  ])('%.30j is told', (text) => {
    expect(catalog({ 'opt/java/release': text }).problems).toMatchObject([{ code: 'corrupt', lossy: true }]);
  });
});

describe('hostile bytes', () => {
  const near = {
    'nginx version: nginx/': 'nginx',
    'nginx version: nginx/1.2': 'nginx',
    '\x001.': 'jq',
    '00000000\0': 'redis-server',
    'GNU C Library (': 'libc.so.6',
    ', released 20': 'haproxy',
  };
  it.each(Object.entries(near))(
    'near matches of %j again and again cost no more than looking at them',
    (text, name) => {
      const bytes = elf(text.repeat(Math.ceil((24 << 20) / text.length)));
      const begin = performance.now();
      expect(listed(catalog({ [`opt/${name}`]: bytes }))).toEqual([]);
      expect(performance.now() - begin).toBeLessThan(3000);
    },
  );
  it('thousands of versions are a few', () => {
    const text = Array.from({ length: 50_000 }, (_, index) => `nginx version: nginx/1.${index % 900}.1\n\0`).join('');
    expect(catalog({ 'opt/nginx': elf(text) }).packages.length).toBeLessThanOrEqual(4);
  });
});

it.each([
  ['opt/java/release', true],
  ['usr/lib/os-release', false],
  ['opt/release/readme', false],
  ['usr/local/lib/erlang/releases/26/OTP_VERSION', true],
  ['var/www/html/version.php', true],
  ['var/www/html/index.php', false],
])('wants %s: %s', (path, wanted) => {
  expect(program.selects(path, 'files')).toBe(wanted);
});
