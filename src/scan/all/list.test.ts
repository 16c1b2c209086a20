import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import * as fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { writeDockerArchive, writeOciLayout } from '../../../test/images/oci-image.ts';
import { matcher, newestTags } from './filter.ts';
import { type ListOptions, listReferences } from './list.ts';
import { listed } from './list-engine.ts';
import { referencesIn } from './list-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'seaworthy-list-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function all(place: string, options: ListOptions = {}): Promise<string[]> {
  const found: string[] = [];
  for await (const { reference } of listReferences(place, options)) found.push(reference);
  return found;
}

async function* chunks(text: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < text.length; at += size) yield text.subarray(at, at + size);
}

describe('a list', () => {
  it('has a reference on each line, with comments and blanks', async () => {
    const path = join(folder, 'list');
    writeFileSync(
      path,
      '\ufeff# all of ours\r\n\r\ndebian:12 # the base\r\n  /srv/a#b  \n\n#x\n/srv/ä ö\ngcr.io/a@sha256:00',
    );
    expect(await all(path)).toEqual(['debian:12', '/srv/a#b', '/srv/ä ö', 'gcr.io/a@sha256:00']);
  });

  it('comes from standard input as it is written', async () => {
    const input = new PassThrough();
    const list = listReferences('-', { input });
    input.write('one\ntw');
    expect(await list.next()).toMatchObject({ value: { reference: 'one' } });
    input.end('o\n');
    expect(await list.next()).toMatchObject({ value: { reference: 'two' } });
    expect(await list.next()).toMatchObject({ done: true });
  });

  it('is the same however it is cut', async () => {
    const line = fc.string({ unit: fc.constantFrom('a', '#', ' ', '/', 'ä', '💥', '\t'), maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(fc.array(line), fc.integer({ min: 1, max: 9 }), async (lines, size) => {
        const wanted = lines.map((one) => one.replace(/(^|\s)#.*/, '').trim()).filter((one) => one !== '');
        const found: string[] = [];
        const bytes = Buffer.from(lines.join('\n'));
        for await (const one of referencesIn('test', chunks(bytes, size))) found.push(one);
        expect(found).toEqual(wanted);
      }),
    );
  });

  it('comes out of a pipe, whose writer may come later, and of a folder with pipes in it', async () => {
    const path = join(folder, 'pipe');
    mkdirSync(path);
    for (const name of ['list', 'index.json', 'a.tar']) execFileSync('mkfifo', [join(path, name)]);
    const found = all(join(path, 'list'));
    const writer = spawn('sh', ['-c', 'exec 3>"$0"; echo a >&3; sleep 0.3; echo b >&3', join(path, 'list')]);
    expect(await found).toEqual(['a', 'b']);
    writer.kill();
    expect(await all(path)).toEqual([`oci:${path}`]);
  });

  it('of a million lines is not held', async () => {
    async function* lines(): AsyncGenerator<Uint8Array> {
      for (let at = 0; at < 1_000; at++) yield Buffer.from(`registry.example/team/image-${at}:1.0\n`.repeat(1_000));
    }
    let count = 0;
    const before = process.memoryUsage().heapUsed;
    let most = 0;
    for await (const _ of referencesIn('test', lines())) {
      if (++count % 50_000 === 0) most = Math.max(most, process.memoryUsage().heapUsed - before);
    }
    expect(count).toBe(1_000_000);
    expect(most).toBeLessThan(100e6);
  });

  it.each([
    ['a huge line', Buffer.alloc(1 << 20, 'a'), 'A line of the list is longer than any reference'],
    ['a huge last line', Buffer.concat([Buffer.from('a\n'), Buffer.alloc(9_000, 'b')]), 'A line of the list is longer'],
    ['bytes', Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 10]), 'The list is no text file of references'],
    ['no UTF-8', Buffer.from([0x61, 0xff, 0xfe, 10]), 'The list is no text file of references'],
  ])('of %s is refused', async (_, bytes, message) => {
    const path = join(folder, 'hostile');
    writeFileSync(path, bytes);
    await expect(all(path)).rejects.toMatchObject({ code: 'bad-list', message: expect.stringContaining(message) });
  });
});

describe('a folder', () => {
  it('has the layouts and archives in it, each image of a layout by its name', async () => {
    const root = join(folder, 'images');
    const layers = [{ entries: [{ name: 'a', body: 'b' }] }];
    mkdirSync(join(root, 'team/empty'), { recursive: true });
    writeOciLayout(join(root, 'one'), { layers });
    writeOciLayout(join(root, 'team/several'), [
      { layers, tag: '1.0' },
      { layers: [...layers, ...layers], tag: '2.0' },
    ]);
    writeDockerArchive(join(root, 'team/b.tar'), { layers });
    writeFileSync(join(root, 'notes.txt'), 'none');
    expect(await all(root)).toEqual([
      `oci:${root}/one`,
      `${root}/team/b.tar`,
      `oci:${root}/team/several:1.0`,
      `oci:${root}/team/several:2.0`,
    ]);
  });
});

describe('a place', () => {
  it.each(['nothing-there', './nothing', '/no/such/list', 'list.txt', ''])('%j is refused', async (place) => {
    await expect(all(place)).rejects.toMatchObject({ name: 'ScanAllError', code: 'bad-place' });
  });

  it.each(['docker', 'podman', 'containerd', 'containerd:k8s.io', 'cri'])(
    '%s that is not there is said',
    async (place) => {
      const home = join(folder, 'nobody');
      const socket = join(folder, 'no.sock');
      const conf = join(folder, 'storage.conf');
      writeFileSync(conf, `[storage]\ngraphroot = "${folder}/no-store"\n`);
      const env = {
        DOCKER_HOST: `unix://${socket}`,
        CONTAINER_HOST: `unix://${socket}`,
        CONTAINER_RUNTIME_ENDPOINT: socket,
      };
      const sockets = { containerd: socket };
      const engines = { home, env: { ...env, CONTAINERS_STORAGE_CONF: conf }, sockets };
      await expect(all(place, { engines })).rejects.toMatchObject({ name: 'EngineError' });
    },
  );
});

describe('a filter', () => {
  it.each([
    { globs: ['team/*'], fits: ['team/a:1', 'team/b:2'] },
    { globs: ['team/**'], fits: ['team/a:1', 'team/b:2', 'team/x/c:1'] },
    { globs: ['*:1'], fits: ['top:1'] },
    { globs: ['**:1'], fits: ['team/a:1', 'team/x/c:1', 'top:1'] },
    { globs: ['t?p', 'team/[ab]:1'], fits: ['top:1'] },
    { globs: ['team/a:1', 'top'], fits: ['team/a:1', 'top:1'] },
    { globs: ['(a+)+$', '.*'], fits: [] },
  ])('$globs lets $fits through', ({ globs, fits }) => {
    const images = [
      ['team/a', '1'],
      ['team/b', '2'],
      ['team/x/c', '1'],
      ['top', '1'],
    ] as const;
    const through = (filter: Parameters<typeof matcher>[0]): string[] =>
      images.filter(([name, tag]) => matcher(filter)(name, tag)).map((pair) => pair.join(':'));
    expect(through({ include: globs })).toEqual(fits);
    expect(through({ exclude: globs })).toEqual(
      images.map((pair) => pair.join(':')).filter((one) => !fits.includes(one)),
    );
  });

  it('takes the newest tags by their versions', () => {
    const tags = ['latest', '1.9', 'v1.10', '1.10-rc1', '1.2.3', '2024', 'edge', '1.10-alpine', '10.0.0'];
    expect(newestTags(tags, 20)).toEqual([
      '2024',
      '10.0.0',
      'v1.10',
      '1.10-alpine',
      '1.10-rc1',
      '1.9',
      '1.2.3',
      'edge',
      'latest',
    ]);
    expect(newestTags(tags, 2)).toEqual(['2024', '10.0.0']);
  });

  it('chooses among the names that an engine gives to an image', () => {
    const digest = `sha256:${'1'.repeat(64)}`;
    const images = [
      { names: ['docker.io/library/a:1', 'docker.io/library/a:2', `docker.io/library/a@${digest}`], digest },
      { names: ['docker.io/library/b:1'], configDigest: digest },
      { names: [], digest },
    ];
    expect(listed({ images, scheme: 'containerd' }, {})).toEqual([
      {
        reference: 'containerd://docker.io/library/a:1',
        names: expect.arrayContaining(['containerd://docker.io/library/a:2']),
      },
      { reference: 'containerd://docker.io/library/b:1', names: [] },
      { reference: `containerd://${digest}` },
    ]);
    const ambiguous = new Set(['docker.io/library/a:1']);
    const other = { names: ['docker.io/library/a:1'], digest: `sha256:${'2'.repeat(64)}` };
    expect(
      listed({ images: [...images.slice(0, 1), other], scheme: 'containerd', ambiguous }, { include: ['**:1'] }),
    ).toEqual([
      { reference: `containerd://docker.io/library/a@${digest}`, names: ['containerd://docker.io/library/a:1'] },
      { reference: `containerd://docker.io/library/a@${other.digest}`, names: ['containerd://docker.io/library/a:1'] },
    ]);
    expect(listed({ images, scheme: 'docker-daemon' }, { include: ['**/a'], latest: 1 })).toEqual([
      { reference: 'docker-daemon://docker.io/library/a:2', names: [], digest },
    ]);
  });
});
