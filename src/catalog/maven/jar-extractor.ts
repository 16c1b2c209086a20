import type { Extraction, Extractor } from '../../image/image.ts';
import { wholeFile } from '../whole-file.ts';
import { readArchives } from './archive.ts';
import { archiveEndings, archiveKind } from './archive-name.ts';
import { packFacts } from './facts.ts';

/** Bytes of an archive beyond which it is not read. */
const maximumBytes = 2 ** 30;

/** Where distributions put archives of Java, by themselves or with a program: there the digests tell whether a file is still theirs. */
const distributions = ['usr/share/', 'usr/lib/'] as const;

/** Keeps of an archive of Java what it and all archives within it say of themselves. */
export const jarExtractor: Extractor = {
  id: 'jar',
  byName: true,
  endings: archiveEndings,
  selects: (path) => archiveKind(path) !== undefined,
  open(path, size) {
    const certain = archiveKind(path) === 'surely';
    if (size > maximumBytes) return tooLarge(size);
    return wholeFile({
      path,
      size,
      distributions,
      ...(certain ? {} : { begins: (head) => head.readUInt16BE(0) === 0x504b }),
      keep(bytes) {
        const facts = readArchives(bytes, certain);
        return facts && packFacts(facts);
      },
    });
  },
};

function tooLarge(size: number): Extraction {
  const detail = `${size} bytes`;
  return {
    write: () => false,
    end: () => ({
      bytes: packFacts({
        archives: [],
        problems: [{ code: 'too-large', message: 'An archive is too large to be read', detail }],
      }),
    }),
  };
}
