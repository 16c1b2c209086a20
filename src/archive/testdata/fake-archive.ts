// A small signed archive for tests: keys, packages, indexes and Release files made at test time, served by this process.
import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { createCleartextMessage, createMessage, generateKey, type PrivateKey, readPrivateKey, sign } from 'openpgp';
import { type TarEntry, tarBytes } from '../../../test/images/tar.ts';
import type { AptSource, Keyring, Voice } from '../archive.ts';
import { anyKey } from '../source-parts.ts';

/** A key of a test, with its public half as a keyring would have it. */
export interface TestKey {
  readonly key: PrivateKey;
  readonly fingerprint: string;
  readonly publicBytes: Uint8Array;
  readonly publicText: string;
}

/** Makes a key, as of a date, for some seconds or for ever; with a subkey, that one signs. */
export async function newKey(name: string, created: Date, seconds = 0, withSubkey = false): Promise<TestKey> {
  const { privateKey } = await generateKey({
    userIDs: [{ name }],
    type: 'ecc',
    curve: 'ed25519Legacy',
    date: created,
    keyExpirationTime: seconds,
    subkeys: withSubkey ? [{ sign: true }] : [],
    format: 'armored',
  });
  const key = await readPrivateKey({ armoredKey: privateKey });
  const open = key.toPublic();
  return {
    key,
    fingerprint: open.getFingerprint().toUpperCase(),
    publicBytes: open.write(),
    publicText: open.armor(),
  };
}

/** A binary package to be. */
export interface TestPackage {
  readonly name: string;
  readonly version: string;
  readonly architecture?: string;
  /** `Source` field, where it is not the package's own name and version. */
  readonly source?: string;
  /** The `.deb`; made of the changelog where absent. */
  readonly deb?: Buffer;
  readonly changelog?: string;
  /** Fields to be wrong. */
  readonly fields?: Readonly<Record<string, string>>;
}

/** An ar archive (deb(5)). */
export function arBytes(members: readonly (readonly [name: string, bytes: Buffer])[]): Buffer {
  const parts = members.flatMap(([name, bytes]) => [
    Buffer.from(`${name.padEnd(16)}0           0     0     100644  ${String(bytes.length).padEnd(10)}\`\n`),
    bytes,
    Buffer.alloc(bytes.length % 2, '\n'),
  ]);
  return Buffer.concat([Buffer.from('!<arch>\n'), ...parts]);
}

/** A package with these files. */
export function debBytes(entries: readonly TarEntry[], pack: (bytes: Buffer) => Buffer = gzipSync, suffix = '.gz'): Buffer {
  return arBytes([
    ['debian-binary', Buffer.from('2.0\n')],
    ['control.tar.gz', gzipSync(tarBytes([{ name: './control', body: 'Package: test\n' }]))],
    [`data.tar${suffix}`, pack(tarBytes(entries))],
  ]);
}

/** The file that holds the changelog of a package. */
export function changelogEntry(name: string, text: string): TarEntry {
  return { name: `./usr/share/doc/${name}/changelog.Debian.gz`, body: gzipSync(text) };
}

/** An entry of a changelog with these lines. */
export function entryText(source: string, version: string, lines: readonly string[]): string {
  return `${source} (${version}) stable; urgency=medium\n\n${lines.join('\n')}\n\n -- A B <a@example.org>  Sat, 01 Aug 2026 10:00:00 +0000\n\n`;
}

/** What a suite is to be like. */
export interface TestSuite {
  readonly suite: string;
  readonly packages: readonly TestPackage[];
  readonly date: Date;
  readonly validUntil?: Date;
  readonly signers: readonly TestKey[];
  /** When it was signed; the suite's date by default. */
  readonly signedAt?: Date;
  readonly components?: string;
  /** Further lines of the Release file. */
  readonly release?: string;
  readonly byHash?: boolean;
  readonly detached?: boolean;
}

/** Files by path. */
export type Files = Map<string, Buffer>;

/** Puts a suite below `/debian/` into the files. */
export async function addSuite(files: Files, suite: TestSuite): Promise<void> {
  const folder = `/debian/dists/${suite.suite}/`;
  const stanzas = suite.packages.map((one) => {
    const deb = one.deb ?? debBytes([changelogEntry(one.name, one.changelog ?? '')]);
    const path = `pool/main/${one.name}/${one.name}_${one.version.replace(':', '')}.deb`;
    files.set(`/debian/${path.split('/').map(encodeURIComponent).join('/')}`, deb);
    const fields = {
      Package: one.name,
      ...(one.source !== undefined && { Source: one.source }),
      Version: one.version,
      Architecture: one.architecture ?? 'amd64',
      Description: 'a package\n of a test',
      Filename: path,
      Size: String(deb.length),
      SHA256: sha256(deb),
      ...one.fields,
    };
    return Object.entries(fields).map(([name, value]) => `${name}: ${value}\n`).join('');
  });
  const index = Buffer.from(stanzas.join('\n'));
  const packed = gzipSync(index);
  const place = 'main/binary-amd64';
  files.set(`${folder}${place}/Packages.gz`, packed);
  if (suite.byHash === true) files.set(`${folder}${place}/by-hash/SHA256/${sha256(packed)}`, packed);
  const lines = [
    'Origin: Test',
    `Suite: ${suite.suite}`,
    `Codename: ${suite.suite}`,
    `Date: ${suite.date.toUTCString().replace('GMT', 'UTC')}`,
    ...(suite.validUntil === undefined ? [] : [`Valid-Until: ${suite.validUntil.toUTCString().replace('GMT', 'UTC')}`]),
    ...(suite.byHash === true ? ['Acquire-By-Hash: yes'] : []),
    'Architectures: amd64',
    `Components: ${suite.components ?? 'main'}`,
    ...(suite.release === undefined ? [] : [suite.release]),
    'SHA256:',
    ` ${sha256(index)} ${index.length} ${place}/Packages`,
    ` ${sha256(packed)} ${packed.length} ${place}/Packages.gz`,
  ];
  const text = `${lines.join('\n')}\n`;
  const signedAt = suite.signedAt ?? suite.date;
  if (suite.signers.length === 0) files.set(`${folder}Release`, Buffer.from(text));
  else if (suite.detached === true) {
    files.set(`${folder}Release`, Buffer.from(text));
    files.set(`${folder}Release.gpg`, Buffer.from(await detachedSignature(text, suite.signers, signedAt)));
  } else files.set(`${folder}InRelease`, Buffer.from(await clearSigned(text, suite.signers, signedAt)));
}

/** Text with its signatures around. */
export async function clearSigned(text: string, signers: readonly TestKey[], date: Date): Promise<string> {
  const message = await createCleartextMessage({ text });
  return await sign({ message, signingKeys: signers.map(({ key }) => key), date });
}

async function detachedSignature(text: string, signers: readonly TestKey[], date: Date): Promise<string> {
  const message = await createMessage({ binary: Buffer.from(text) });
  return (await sign({ message, signingKeys: signers.map(({ key }) => key), date, detached: true, format: 'armored' })) as string;
}

/** A web server of files that a test may change. */
export interface FileServer {
  /** Base address of the archive. */
  readonly uri: string;
  readonly files: Files;
  readonly requests: string[];
  close(): Promise<void>;
}

/** Starts it on a free port. */
export async function serveFiles(files: Files = new Map()): Promise<FileServer> {
  const requests: string[] = [];
  const server: Server = createServer((request, response) => {
    const path = request.url ?? '';
    requests.push(path);
    const body = files.get(path);
    if (body === undefined) response.writeHead(404).end('<html>not here</html>');
    else response.writeHead(200, { 'content-length': body.length }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    uri: `http://127.0.0.1:${(server.address() as AddressInfo).port}/debian/`,
    files,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** A source as the settings would give it. */
export function sourceOf(uri: string, suite: string, more: Partial<AptSource> = {}): AptSource {
  const rest = { architectures: [], signedBy: anyKey, guessed: false };
  return { voice: 'machine', file: '/etc/apt/sources.list', line: 1, uri, suite, components: ['main'], ...rest, ...more };
}

/** A keyring that apt trusts. */
export function keyringOf(key: TestKey, voice: Voice = 'machine', path = '/etc/apt/trusted.gpg.d/test.gpg'): Keyring {
  return { voice, path, bytes: key.publicBytes };
}

/** SHA-256 in hex. */
export function sha256(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}
