import type { Extraction, Extractor } from '../../image/image.ts';
import { wholeFile } from '../whole-file.ts';
import { readWheel } from './wheel-archive.ts';
import { packWheelFacts } from './wheel-facts.ts';

/** Bytes of an archive beyond which it is not read. */
const maximumBytes = 2 ** 30;

/** Where distributions put wheels and eggs: there the digests tell whether a file is still theirs. */
const distributions = ['usr/share/python-wheels/', 'usr/share/python3', 'usr/lib/python', 'usr/lib64/python'] as const;

/** Keeps of a wheel or a zipped egg what it and all wheels within it say of themselves. */
export const wheelExtractor: Extractor = {
  id: 'wheel',
  byName: true,
  endings: ['whl', 'egg'],
  selects: (path) => (path.endsWith('.whl') || path.endsWith('.egg')) && path.charCodeAt(path.length - 5) !== 0x2f,
  open(path, size) {
    if (size > maximumBytes) return tooLarge(size);
    return wholeFile({
      path,
      size,
      distributions,
      keep(bytes) {
        const facts = readWheel(bytes, path);
        return facts && packWheelFacts(facts);
      },
    });
  },
};

/** The name of a wheel still tells which package it is. */
function tooLarge(size: number): Extraction {
  const problem = { code: 'too-large', message: 'A wheel is too large to be read', detail: `${size} bytes` } as const;
  const facts = { archives: [{ path: '', files: [] }], problems: [problem] };
  return { write: () => false, end: () => ({ bytes: packWheelFacts(facts) }) };
}
