import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { type WholeFile, wholeFile } from './whole-file.ts';

const content = Buffer.from('PK and the rest');

function kept(more: Partial<WholeFile>, pieces = 3): ReturnType<ReturnType<typeof wholeFile>['end']> {
  const extraction = wholeFile({
    path: 'opt/a.jar',
    size: content.length,
    distributions: ['usr/share/'],
    keep: (bytes) => Uint8Array.from(bytes),
    ...more,
  });
  for (let at = 0, wants = true; wants && at < content.length; at += pieces)
    wants = extraction.write(content.subarray(at, at + pieces));
  return extraction.end();
}

it.each([1, 3, 100])('is seen whole, in pieces of %i bytes', (pieces) => {
  expect(kept({}, pieces)).toEqual({ bytes: Uint8Array.from(content) });
});

it('has digests where a distribution may own it', () => {
  const md5 = createHash('md5').update(content).digest('hex');
  expect(kept({ path: 'usr/share/a.jar' })?.digests).toContain(`md5:${md5}`);
});

it('is let go at the first bytes that can be no such file’s', () => {
  expect(kept({ begins: (head) => head.readUInt16BE(0) === 0x1234 })?.bytes.length).toBe(3);
});

it('takes no more than it was said to have', () => {
  expect(kept({ size: 4 }, 100)?.bytes).toEqual(Uint8Array.from(content.subarray(0, 4)));
});

it('may be of no interest', () => {
  expect(kept({ keep: () => undefined })).toBeUndefined();
});
