import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { zipFile } from '../../internal/testdata/zip-file.ts';
import { AdvisoryError } from '../advisory.ts';
import { feedEntries, unpackedFeed } from './packed.ts';

async function names(bytes: Uint8Array): Promise<string[]> {
  const found: string[] = [];
  for await (const { name } of feedEntries(bytes, { totalBytes: 2000 })) found.push(name);
  return found;
}

async function fault(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
    return 'none';
  } catch (error) {
    return error instanceof AdvisoryError ? `${error.code}: ${error.message}` : String(error);
  }
}

const page = Buffer.from('\uFEFF \n<!DOCTYPE html>\n<title>Log in</title>');
const web = 'not-the-format: a web page came instead of the feed; is a proxy or a log-in page in between?';
const zip = zipFile([{ name: 'a.json', bytes: Buffer.from('{}') }]);
const large = zipFile([{ name: 'a.json', bytes: Buffer.alloc(3000, 'x') }]);

describe('a packed feed', () => {
  it('is unpacked, or taken as it is', async () => {
    expect(Buffer.from(await unpackedFeed(gzipSync('{}'))).toString()).toBe('{}');
    expect(Buffer.from(await unpackedFeed(Buffer.from('<?xml version="1.0"?>'))).toString()).toBe(
      '<?xml version="1.0"?>',
    );
    expect(await names(zip)).toEqual(['a.json']);
  });
  it.each<[string, () => Promise<unknown>, string]>([
    ['a page', () => unpackedFeed(page), web],
    ['a packed page', () => unpackedFeed(gzipSync(page)), web],
    ['a page for an archive', () => names(page), web],
    [
      'half a gzip file',
      () => unpackedFeed(gzipSync('{}').subarray(0, -4)),
      'truncated: the packed file ends too early',
    ],
    ['too much', () => unpackedFeed(gzipSync('{}'), 1), 'too-large: the file unpacks to more than the size limit'],
    ['half an archive', () => names(zip.subarray(0, -4)), 'truncated: the archive ends too early'],
    ['too much of an archive', () => names(large), 'too-large: the archive unpacks to more than the size limit'],
    ['text', () => names(Buffer.alloc(600, 'x')), 'not-the-format: the file is neither a ZIP nor a tar archive'],
  ])('of %s is refused', async (_name, read, expected) => {
    expect(await fault(read())).toBe(expected);
  });
});
