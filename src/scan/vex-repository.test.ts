import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Image } from '../image/image.ts';
import { parsePurl } from '../purl/purl.ts';
import { type DocumentsRead, readDocuments } from './vex-documents.ts';
import { splitLocation } from './vex-repository-manifest.ts';

const root = mkdtempSync(join(tmpdir(), 'seaworthy-vex-net-'));
let server: Server;
let base = '';
let home = '';
let answers: Record<string, RequestListener> = {};
let asked: string[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(request.url ?? '');
    const answer = answers[request.url ?? ''];
    if (answer === undefined) response.writeHead(404).end();
    else answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
  rmSync(root, { recursive: true });
});
beforeEach(() => {
  home = mkdtempSync(join(root, 'home-'));
  answers = {};
  asked = [];
});

const vex = (id: string, product = 'pkg:deb/debian/foo'): string =>
  JSON.stringify({
    '@context': 'https://openvex.dev/ns/v0.2.0',
    '@id': id,
    statements: [{ vulnerability: { name: 'CVE-2026-1' }, products: [{ '@id': product }], status: 'not_affected' }],
  });

function tarGz(files: Readonly<Record<string, string>>): Buffer {
  const blocks = Object.entries(files).flatMap(([name, text]) => {
    const content = Buffer.from(text);
    const header = Buffer.alloc(512);
    header.write(name, 0);
    header.write('0000644\0', 100);
    header.write(`${content.length.toString(8).padStart(11, '0')}\0`, 124);
    header.write('        ', 148);
    header.write('0', 156);
    header.write('ustar\x0000', 257, 'latin1');
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    return [header, content, Buffer.alloc((512 - (content.length % 512)) % 512)];
  });
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)]));
}

const index = JSON.stringify({
  packages: [
    { id: 'pkg:deb/debian/foo', location: 'pkg/foo.json' },
    { id: 'pkg:oci/app?repository_url=r.test/team/app', location: 'pkg/app.json' },
    { id: 'pkg:oci/app?repository_url=r.test/other/app', location: 'pkg/other.json' },
  ],
});
const files = (id: string): Buffer =>
  tarGz({
    'main/index.json': index,
    'main/pkg/foo.json': vex(id),
    'main/pkg/app.json': vex('app', 'pkg:oci/app?repository_url=r.test/team/app'),
    '../../climbs.json': 'x',
  });

const give =
  (body: string | Buffer, headers: Record<string, string> = {}): RequestListener =>
  (request, response) => {
    if (headers['etag'] !== undefined && request.headers['if-none-match'] === headers['etag'])
      response.writeHead(304).end();
    else response.writeHead(200, headers).end(body);
  };
const manifest = (url: string): RequestListener =>
  give(
    JSON.stringify({
      name: 'Test',
      versions: { v0: { spec_version: 'v0.1', locations: [{ url }], update_interval: '1h30m' } },
    }),
  );

const minute = 60_000;
const purls = [parsePurl('pkg:deb/debian/foo@1')].filter((purl) => purl !== undefined);
const unnamed = { kind: 'layered', reference: './a.tar' } as Image;
const inRegistry = {
  kind: 'layered',
  reference: 'r.test/team/app:1',
  foundAt: { place: 'registry', address: 'r.test' },
};
const read = (address: string, now = 0, offline = false, image: Image = unnamed): Promise<DocumentsRead> =>
  readDocuments([address], image, purls, { home, offline, env: {}, now: () => now });
const ids = ({ documents }: DocumentsRead): string[] => documents.map(({ id }) => id);

describe('an address', () => {
  it('of a document: kept, asked for again after an hour with its ETag, and cited', async () => {
    answers['/a.json'] = give(vex('one'), { etag: '"1"' });
    const first = await read(`${base}/a.json`);
    expect(first.documents.map(({ id, place }) => [id, place])).toEqual([['one', `${base}/a.json`]]);
    await read(`${base}/a.json`, 59 * minute);
    expect(asked).toHaveLength(1);
    expect(ids(await read(`${base}/a.json`, 61 * minute))).toEqual(['one']);
    expect(asked).toHaveLength(2);
    answers['/a.json'] = give(vex('two'), { etag: '"2"' });
    expect(ids(await read(`${base}/a.json`, 130 * minute))).toEqual(['two']);
  });
  it('of a repository: only what speaks of the packages; the interval of the manifest counts', async () => {
    answers['/.well-known/vex-repository.json'] = manifest(`${base}/main.tar.gz//main`);
    answers['/main.tar.gz'] = give(files('one'), { etag: '"1"' });
    const { documents, passedOver } = await read(base);
    expect(documents.map(({ id, place }) => [id, place])).toEqual([['one', `${base}/: pkg/foo.json`]]);
    expect(passedOver.map(({ because }) => because)).toEqual(['named-image', 'named-image']);
    await read(base, 89 * minute);
    expect(asked).toHaveLength(2);
    answers['/main.tar.gz'] = give(files('two'));
    expect(ids(await read(base, 91 * minute))).toEqual(['two']);
    const [folder = ''] = readdirSync(join(home, 'vex'));
    expect(readdirSync(join(home, 'vex', folder))).toHaveLength(2);
    expect(readdirSync(root)).not.toContain('climbs.json');
  });
  it('of a repository: the entry of an image that was found by name', async () => {
    answers['/.well-known/vex-repository.json'] = manifest(`${base}/main.tar.gz//main`);
    answers['/main.tar.gz'] = give(files('one'));
    const found = await read(base, 0, false, inRegistry as Image);
    expect([ids(found), found.passedOver]).toEqual([['one', 'app'], []]);
  });
  it('without the network: the copy, or an error', async () => {
    answers['/a.json'] = give(vex('one'));
    await expect(read(`${base}/a.json`, 0, true)).rejects.toMatchObject({ code: 'unreadable' });
    expect(asked).toEqual([]);
    await read(`${base}/a.json`);
    const { passedOver } = await read(`${base}/a.json`, 100 * minute, true);
    expect(passedOver).toEqual([{ place: `${base}/a.json: offline`, because: 'not-refreshed' }]);
  });
  it('many at once', async () => {
    answers['/a.json'] = give(vex('one'));
    const all = await Promise.all(Array.from({ length: 8 }, () => read(`${base}/a.json`)));
    expect(all.flatMap(ids)).toEqual(Array.from({ length: 8 }, () => 'one'));
  });
  it('that is not https is refused unless it is of this machine', async () => {
    await expect(read('http://192.0.2.1/a.json')).rejects.toMatchObject({ code: 'unreadable' });
  });
});

describe('the old copy stays and that is told after', () => {
  const redirect: RequestListener = (_, response) =>
    response.writeHead(302, { location: 'http://169.254.169.254/latest' }).end();
  it.each<[string, () => Record<string, RequestListener>, string]>([
    ['a page', () => ({ '/main.tar.gz': give('<html>sign in</html>') }), 'no archive'],
    ['half an archive', () => ({ '/main.tar.gz': give(files('two').subarray(0, 200)) }), 'cannot be used'],
    ['a bomb', () => ({ '/main.tar.gz': give(gzipSync(Buffer.alloc(1.1 * 2 ** 30))) }), 'cannot be used'],
    ['no index', () => ({ '/main.tar.gz': give(tarGz({ 'main/a': '{}' })) }), 'no index'],
    ['an index of another kind', () => ({ '/main.tar.gz': give(tarGz({ 'main/index.json': '[]' })) }), 'no packages'],
    ['an error', () => ({ '/main.tar.gz': (_, response) => void response.writeHead(500).end() }), '500'],
    ['a redirect to link-local', () => ({ '/main.tar.gz': redirect }), 'not followed'],
    ['a location in the neighbourhood', () => ({ '/m.json': manifest('https://169.254.1.1/a.zip') }), 'not followed'],
    ['a manifest of another version', () => ({ '/m.json': give('{"versions":{}}') }), 'no location'],
    ['a manifest that is a page', () => ({ '/m.json': give('<html></html>') }), 'not JSON'],
  ])(
    '%s',
    async (_, worse, told) => {
      answers = { '/m.json': manifest(`${base}/main.tar.gz//main`), '/main.tar.gz': give(files('one')) };
      await read(`${base}/m.json`);
      answers = { ...answers, ...worse() };
      const after = await read(`${base}/m.json`, 100 * minute);
      expect(ids(after)).toEqual(['one']);
      const [first] = after.passedOver;
      expect([first?.because, first?.place.includes(told), first?.place]).toEqual([
        'not-refreshed',
        true,
        first?.place,
      ]);
    },
    20_000,
  );
  it('and without one it is an error', async () => {
    answers['/a.json'] = give('<html>sign in</html>');
    await expect(read(`${base}/a.json`)).rejects.toMatchObject({ name: 'VexError', code: 'not-vex' });
    await expect(read(`${base}/absent`)).rejects.toMatchObject({ name: 'VexError', code: 'unreadable' });
  });
});

it.each([
  ['https://h.test/a.tgz//x/', { url: 'https://h.test/a.tgz', folder: 'x/' }],
  ['https://h.test/a.tgz', { url: 'https://h.test/a.tgz', folder: '' }],
])('location %s', (text, expected) => {
  expect(splitLocation(text)).toEqual(expected);
});
