import { readFileSync } from 'node:fs';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { type PackedLimits, packedEntries, packingOf, UnpackError, unpack } from './unpack.ts';

const data = new URL('testdata/packed/', import.meta.url);
const file = (name: string): Buffer => readFileSync(new URL(name, data));
const limits: PackedLimits = { entries: 100, entryBytes: 1 << 20, totalBytes: 1 << 24 };
const text = 'The quick brown fox. '.repeat(40);
const long = `${'folder/'.repeat(40)}a file with a name that no ustar header holds.json`;

async function entriesOf(bytes: Uint8Array, part: Partial<PackedLimits> = {}): Promise<[string, string][]> {
  const found: [string, string][] = [];
  for await (const one of packedEntries(bytes, { ...limits, ...part })) {
    found.push([one.name, Buffer.from(one.bytes).toString()]);
  }
  return found;
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
    return 'none';
  } catch (error) {
    if (error instanceof UnpackError) return error.code;
    throw error;
  }
}

describe('unpack', () => {
  it.each(['gz', 'zst', 'xz', 'bz2'])('reads one and several members of .%s', async (extension) => {
    const one = file(`fox.${extension}`);
    expect(packingOf(one)).toBeDefined();
    expect(Buffer.from(await unpack(one, 1 << 20)).toString()).toBe(text);
    expect(Buffer.from(await unpack(Buffer.concat([one, one, one]), 1 << 20)).toString()).toBe(text.repeat(3));
    const larger = Buffer.concat([Buffer.from('xx'), one, Buffer.from('xx')]);
    expect(Buffer.from(await unpack(larger.subarray(2, -2), 1 << 20)).toString()).toBe(text);
  });
  it.each(['gz', 'zst', 'xz', 'bz2'])('says that .%s is cut off or damaged', async (extension) => {
    const one = file(`fox.${extension}`);
    expect(await codeOf(unpack(one.subarray(0, -1), 1 << 20))).toBe('truncated');
    expect(await codeOf(unpack(one.subarray(0, one.length / 2), 1 << 20))).toBe('truncated');
    const bad = Buffer.from(one);
    // The last bytes but a few are of the checksum in all four.
    for (let at = 10; at < bad.length; at++) bad[at] = (bad[at] ?? 0) ^ 0x55;
    expect(['corrupt', 'truncated']).toContain(await codeOf(unpack(bad, 1 << 20)));
  });
  it.each(['gz', 'zst', 'xz', 'bz2'])('refuses a bomb in .%s', async (extension) => {
    expect(await codeOf(unpack(file(`zeros.${extension}`), 1 << 20))).toBe('too-large');
    expect((await unpack(file(`zeros.${extension}`), 1 << 24)).length).toBe(1 << 24);
  });
  it('leaves the listeners of the process alone', async () => {
    const events = ['uncaughtException', 'unhandledRejection', 'exit'];
    const before = events.map((event) => process.listenerCount(event));
    await unpack(file('fox.bz2'), 1 << 20);
    await unpack(file('fox.xz'), 1 << 20);
    expect(events.map((event) => process.listenerCount(event))).toEqual(before);
  });
  it.each(['', '{}', '<html>', 'BZ', '\x1f'])('gives %j back as it is', async (plain) => {
    const bytes = Buffer.from(plain, 'latin1');
    expect(await unpack(bytes, 0)).toBe(bytes);
  });
  it('passes over skippable frames and zeros at the end, and refuses anything else there', async () => {
    const skip = Buffer.from([0x50, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, 1, 2, 3, 4]);
    const frame = zstdCompressSync(text);
    expect(Buffer.from(await unpack(Buffer.concat([skip, frame, skip, frame]), 1 << 20)).toString()).toBe(text + text);
    expect(Buffer.from(await unpack(Buffer.concat([gzipSync(text), Buffer.alloc(8)]), 1 << 20)).toString()).toBe(text);
    expect(await codeOf(unpack(Buffer.concat([frame, Buffer.from('junk')]), 1 << 20))).toBe('corrupt');
  });
});

describe('packedEntries', () => {
  const expected = [
    ['a.json', '{"a":1}'],
    ['folder/b.json', text],
    ['empty', ''],
    [long, 'long'],
  ];

  it.each(['gnu.tar', 'pax.tar', 'gnu.tar.gz', 'gnu.tar.zst', 'gnu.tar.xz', 'gnu.tar.bz2', 'files.zip'])(
    'reads %s, long names and all',
    async (name) => {
      expect(await entriesOf(file(name))).toEqual(expected);
    },
  );
  it('joins the name of an ustar header', async () => {
    const [, , , last] = await entriesOf(file('ustar.tar'));
    expect(last?.[0]).toBe(`${'folder/'.repeat(20)}short.json`);
  });
  it.each([1, 511, 512, 600, 1024, 2000])('says that an archive of which %i bytes came is cut off', async (length) => {
    expect(await codeOf(entriesOf(file('gnu.tar').subarray(0, length)))).toBe('truncated');
  });
  it('misses the end mark of an archive that was cut off between two files', async () => {
    const tar = file('gnu.tar');
    let cut = tar;
    while (cut.length >= 512 && cut.subarray(-512).every((byte) => byte === 0)) cut = cut.subarray(0, -512);
    expect(await codeOf(entriesOf(cut))).toBe('truncated');
  });
  it.each([
    ['gnu.tar.gz', 'truncated'],
    ['gnu.tar.zst', 'truncated'],
    ['gnu.tar.xz', 'truncated'],
    ['gnu.tar.bz2', 'truncated'],
    ['files.zip', 'truncated'],
  ])('says that %s is cut off wherever it is', async (name, code) => {
    const bytes = file(name);
    for (const part of [0.3, 0.6, 0.9]) {
      expect(await codeOf(entriesOf(bytes.subarray(0, bytes.length * part)))).toBe(code);
    }
    expect(await codeOf(entriesOf(bytes.subarray(0, -1)))).toBe(code);
  });
  it.each([
    [{ entries: 3 }, 'too-large'],
    [{ entryBytes: 100 }, 'too-large'],
    [{ totalBytes: 800 }, 'too-large'],
    [{}, 'none'],
  ])('holds to the limits %j', async (part, code) => {
    for (const name of ['gnu.tar', 'gnu.tar.xz', 'gnu.tar.bz2', 'files.zip']) {
      expect(await codeOf(entriesOf(file(name), part))).toBe(code);
    }
  });
  it.each(['<!doctype html>'.padEnd(2000), '{}'.padEnd(512), 'BZh'.padEnd(600)])(
    'says that %j is none',
    async (page) => {
      expect(await codeOf(entriesOf(Buffer.from(page)))).toBe('not-an-archive');
    },
  );
  it('refuses a header that was changed, and a sparse file', async () => {
    const bad = Buffer.from(file('gnu.tar'));
    bad[1024] = (bad[1024] ?? 0) ^ 1;
    expect(await codeOf(entriesOf(bad))).toBe('corrupt');
    expect(await codeOf(entriesOf(file('sparse.tar')))).toBe('unsupported');
  });
});
