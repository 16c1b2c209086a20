import { expect, it } from 'vitest';
import { ownershipExtractor } from './ownership-extractor.ts';

const extractor = ownershipExtractor((path) => path.endsWith('.jar'));

function kept(path: string, text: string, size: number): string | undefined {
  const bytes = Buffer.from(text);
  const extraction = extractor.open(path, bytes.length);
  for (let at = 0; at < bytes.length; at += size) extraction.write(bytes.subarray(at, at + size));
  const extract = extraction.end();
  return extract && Buffer.from(extract.bytes).toString();
}

const sum = 'd41d8cd98f00b204e9800998ecf8427e';

it.each([1, 3, 7, 1000])('keeps the lines that are wanted, in pieces of %i bytes', (size) => {
  expect(kept('var/lib/dpkg/info/a.list', '/.\n/usr\n/usr/a.jar\n/usr/b\n/usr/ü.jar', size)).toBe(
    '/usr/a.jar\n/usr/ü.jar\n',
  );
  expect(kept('var/lib/dpkg/info/a.md5sums', `${sum}  usr/a.jar\n${sum}  usr/b\n`, size)).toBe(`${sum}  usr/a.jar\n`);
});

it('keeps nothing where nothing is wanted, and no endless line', () => {
  expect(kept('var/lib/dpkg/info/a.list', '/usr\n', 100)).toBeUndefined();
  const extraction = extractor.open('var/lib/dpkg/info/a.list', 1);
  let taken = 0;
  while (extraction.write(Buffer.alloc(1 << 16, 0x61))) taken++;
  expect(taken).toBeLessThan(20);
});

it('wants lists of packages only', () => {
  const paths = ['var/lib/dpkg/info/a.list', 'var/lib/dpkg/status.d/a.md5sums', 'var/lib/dpkg/status', 'x/a.list'];
  expect(paths.map((path) => extractor.selects(path))).toEqual([true, true, false, false]);
});
