import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { packedEntries } from './unpack.ts';
import { tarFiles } from './untar.ts';

const limits = { entries: 100, entryBytes: 1 << 20, totalBytes: 1 << 24 };
const archive = (extension: string): Buffer =>
  readFileSync(new URL(`testdata/packed/gnu.tar.${extension}`, import.meta.url));

/** Names up to the one at which the reader has enough. */
async function namesIn(bytes: Uint8Array, enough: number): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of packedEntries(bytes, limits)) {
    names.push(name);
    if (names.length === enough) break;
  }
  return names;
}

describe('a reader that stops early', () => {
  // The xz library reads one stream at a time in the whole process.
  it.each(['gz', 'xz', 'zst', 'bz2'])('leaves nothing open of .tar.%s', async (extension) => {
    const all = await namesIn(archive(extension), Number.POSITIVE_INFINITY);
    expect(all.length).toBeGreaterThan(1);
    for (let turn = 0; turn < 3; turn++) expect(await namesIn(archive(extension), 1)).toEqual(all.slice(0, 1));
    expect(await namesIn(archive(extension), Number.POSITIVE_INFINITY)).toEqual(all);
  });

  it('lets go of what it reads, also when the archive is refused', async () => {
    let left = 0;
    async function* chunks(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) yield Buffer.alloc(1000, 'not a tar archive');
      } finally {
        left++;
      }
    }
    await expect(tarFiles(chunks(), limits).next()).rejects.toMatchObject({ code: 'not-an-archive' });
    expect(left).toBe(1);
  });
});
