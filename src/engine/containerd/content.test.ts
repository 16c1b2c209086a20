import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { GrpcServer } from '../../../test/containerd/grpc-server.ts';
import { type ContentAnswers, startHostileContent } from '../../../test/containerd/hostile-content.ts';
import { limits } from '../../internal/limit.ts';
import { type ContentReader, type ContentStoreClient, openContentStore } from './content.ts';

const body = randomBytes(9_500_000);
const digest = `sha256:${createHash('sha256').update(body).digest('hex')}`;
const open: (GrpcServer | ContentStoreClient)[] = [];
afterEach(() => {
  for (const one of open.splice(0).toReversed()) {
    if ('stop' in one) one.stop();
    else one.close();
  }
});

/** A server that is honest but for what is given. */
async function store(answers: Partial<ContentAnswers> = {}): Promise<ContentStoreClient> {
  const server = await startHostileContent({
    info: () => ({ size: body.length }),
    read(call, { offset, size }) {
      const [from, length] = [Number(offset), Number(size)];
      for (let at = 0; at < length; at += 1 << 20) {
        const data = body.subarray(from + at, from + Math.min(length, at + (1 << 20)));
        call.write({ offset: at, data });
      }
      call.end();
    },
    ...answers,
  });
  const client = await openContentStore({ kind: 'containerd', socket: server.socket });
  open.push(server, client);
  return client;
}

async function readAll(reader: ContentReader, pieceBytes: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for (;;) {
    const into = Buffer.alloc(pieceBytes);
    const length = await reader.read(into);
    if (length === 0) return Buffer.concat(pieces);
    pieces.push(into.subarray(0, length));
  }
}

describe('an honest content store', () => {
  it.each([100_001, 1 << 20, 20_000_000])('gives a blob in pieces of %i bytes', async (pieceBytes) => {
    const reader = (await store()).openBlob(digest, body.length);
    expect((await readAll(reader, pieceBytes)).equals(body)).toBe(true);
    expect(await reader.read(Buffer.alloc(10))).toBe(0);
  });

  it('gives ranges, small blobs and blobs of no bytes', async () => {
    const client = await store({ info: () => ({ size: 1000 }) });
    const reader = client.openBlob(digest, body.length);
    expect(await reader.range(5_000_000, 777)).toEqual(body.subarray(5_000_000, 5_000_777));
    expect(await reader.range(12, 0)).toHaveLength(0);
    expect(await client.small(digest)).toEqual(body.subarray(0, 1000));
    expect(await client.openBlob(digest, 0).read(Buffer.alloc(1))).toBe(0);
  });

  it('says absolute offsets, as the description has it', async () => {
    const client = await store({
      read(call, { offset, size }) {
        call.write({ offset: Number(offset), data: body.subarray(Number(offset), Number(offset) + Number(size)) });
        call.end();
      },
    });
    expect(await client.openBlob(digest, body.length).range(4_000_000, 10)).toEqual(
      body.subarray(4_000_000, 4_000_010),
    );
  });

  it('has no blob', async () => {
    const client = await store({ info: () => ({ code: 5 }) });
    expect(await client.info(digest)).toBeUndefined();
    expect(await client.small(digest)).toBeUndefined();
    expect(await client.file(digest)).toBeUndefined();
  });
});

describe('a content store that lies', () => {
  it.each<[string, Partial<ContentAnswers>, string]>([
    [
      'sends without end',
      {
        read(call) {
          let offset = 0;
          const more = (): void => {
            const wanted = call.cancelled || call.write({ offset, data: Buffer.alloc(1 << 20) });
            offset += 1 << 20;
            if (call.cancelled) return;
            if (wanted) setImmediate(more);
            else call.once('drain', more);
          };
          more();
        },
      },
      'bad-answer',
    ],
    [
      'sends other offsets',
      {
        read(call) {
          call.write({ offset: 77, data: Buffer.alloc(10) });
          call.end();
        },
      },
      'bad-answer',
    ],
    ['sends too little', { read: (call) => void call.end() }, 'bad-answer'],
    [
      'sends too much at once',
      {
        read(call) {
          call.write({ offset: 0, data: Buffer.alloc(30 << 20) });
          call.end();
        },
      },
      'limit-exceeded',
    ],
    ['breaks off', { read: (call) => void call.emit('error', { code: 13, details: 'disk on fire' }) }, 'bad-answer'],
    ['has lost the blob', { read: (call) => void call.emit('error', { code: 5, details: 'gone' }) }, 'not-found'],
  ])('%s', async (_, answers, code) => {
    const client = await store(answers);
    const reader = client.openBlob(digest, body.length);
    await expect(readAll(reader, 1 << 20)).rejects.toMatchObject({ name: 'EngineError', code });
    await expect(client.openBlob(digest, body.length).range(0, 100)).rejects.toMatchObject({ code });
  });

  it('answers for another blob, or gives a size that is none', async () => {
    const other = await store({ info: () => ({ digest: `sha256:${'0'.repeat(64)}`, size: 1 }) });
    await expect(other.info(digest)).rejects.toMatchObject({ code: 'bad-answer' });
    const negative = await store({ info: () => ({ size: -1 }) });
    await expect(negative.info(digest)).rejects.toMatchObject({ code: 'bad-answer' });
    const huge = await store({ info: () => ({ size: '9223372036854775807' }) });
    await expect(huge.info(digest)).rejects.toMatchObject({ code: 'bad-answer' });
  });

  it('a document that is too large is not fetched', async () => {
    const client = await store({ info: () => ({ size: limits.manifestBytes + 1 }) });
    await expect(client.small(digest)).rejects.toMatchObject({ code: 'limit-exceeded' });
  });

  it('a reader that is closed asks for nothing more', async () => {
    let asked = 0;
    const client = await store({ read: () => void asked++ });
    const reader = client.openBlob(digest, body.length);
    const reading = reader.read(Buffer.alloc(10));
    setTimeout(() => reader.close(), 50);
    await expect(reading).rejects.toMatchObject({ code: 'interrupted' });
    expect(asked).toBe(1);
  });
});

describe('the folder of a content store', () => {
  it('is used for a file of the right size, never for a link', async () => {
    const root = mkdtempSync(join(tmpdir(), 'seaworthy-content-'));
    const blobs = join(root, 'blobs/sha256');
    mkdirSync(blobs, { recursive: true });
    const path = join(blobs, digest.slice(7));
    try {
      const client = await store({ root });
      expect(await client.file(digest)).toBeUndefined();
      writeFileSync(path, body.subarray(1));
      expect(await client.file(digest)).toBeUndefined();
      writeFileSync(path, body);
      expect(await client.file(digest)).toBe(path);
      writeFileSync(join(root, 'elsewhere'), body);
      rmSync(path);
      symlinkSync(join(root, 'elsewhere'), path);
      expect(await client.file(digest)).toBeUndefined();
      expect(await client.file(`sha256:../../${'0'.repeat(64)}`)).toBeUndefined();
      expect(await (await store({ root: 'relative' })).file(digest)).toBeUndefined();
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  });
});
