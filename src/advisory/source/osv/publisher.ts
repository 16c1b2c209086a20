import type { PackedEntry } from '../../../internal/unpack.ts';
import type { AdvisorySource, Feed } from '../../advisory.ts';
import { type FileOutcome, jsonIn, readArchive } from './archive.ts';
import { ecosystemNamed } from './ecosystem.ts';
import { readRecord } from './record.ts';

/** Who publishes OSV records of its own, all in one archive. */
export interface Publisher {
  readonly id: string;
  readonly url: string;
  /** OSV ecosystems that the records speak of. */
  readonly ecosystems: readonly string[];
  /** What a file is, by its name: a record, no record, or one that is counted and left out for a reason. */
  readonly kindOf: (name: string) => 'record' | 'no-record' | { readonly skip: string };
  /** Who may ask for it, where it is large. */
  readonly broughtBy?: AdvisorySource['broughtBy'];
  /** How the records are written; JSON when absent. */
  readonly reader?: () => Promise<(bytes: Uint8Array) => unknown>;
}

/** The advisory source of a publisher of OSV records. */
export function osvPublisher({ id, url, ecosystems, kindOf, reader, broughtBy }: Publisher): AdvisorySource {
  const feed: Feed = { url, ecosystems };
  const read = ecosystems.map(ecosystemNamed).filter((one) => one !== undefined);
  const has = (ecosystem: string): boolean => ecosystems.includes(ecosystem.split(':', 1)[0] ?? '');
  return {
    id,
    ...(broughtBy === undefined ? {} : { broughtBy }),
    lists: (ecosystem) => ecosystemNamed(ecosystem)?.lists ?? 'fixes',
    feeds: (wanted) => (wanted === undefined || wanted.some(has) ? [feed] : []),
    async parse(_, bytes, keep) {
      const decode = await reader?.();
      const readFile = (file: PackedEntry): FileOutcome => {
        const kind = kindOf(file.name);
        if (kind === 'no-record') return undefined;
        if (kind !== 'record') return kind.skip;
        return readRecord(decode === undefined ? jsonIn(file) : decode(file.bytes), read);
      };
      return await readArchive(bytes, readFile, keep);
    },
  };
}
