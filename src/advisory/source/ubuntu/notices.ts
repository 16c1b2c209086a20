/*
 * Notices (USN, LSN) beside the records on flaws. A record names a package of a release only while Canonical goes on looking
 * after it there: when it stops, the fixed version goes too, and the notice is what is left of it. So of a notice is kept
 * what no record says: the flaws by release (`affected[].database_specific.cves_map`), package by package. Of several packages
 * in a release the notice does not tell which has which flaw; there a record that leaves one out means that it has not.
 */
import type { Advisory, Affected } from '../../advisory.ts';
import { asObject, asText } from '../document.ts';
import { releaseOf } from '../osv/service.ts';

/** The notices of one archive, whose files are in no order. */
export interface Notices {
  /** A record on a flaw, which says what there is to say of the packages that it names. */
  told(record: Advisory): void;
  /** There is no such flaw. */
  rejected(record: Readonly<Record<string, unknown>>): void;
  /** A notice as it was read, and as it stands. */
  add(notice: Advisory, record: Readonly<Record<string, unknown>>): void;
  /** Of each notice, what no record has said: nothing, as a reason to leave it out, of most. */
  left(): Generator<readonly Advisory[] | 'notice'>;
}

interface Shelved {
  readonly notice: Advisory;
  /** Flaws by release; empty where the notice does not tell them apart. */
  readonly byRelease: ReadonlyMap<string, readonly string[]>;
}

/** None yet. */
export function newNotices(): Notices {
  const said = newFilter();
  const none = new Set<string>();
  const shelf: Shelved[] = [];
  return {
    told(record) {
      for (const flaw of flawsOf(record)) {
        for (const { ecosystem, package: name } of record.affected) {
          said.add(keyOf(flaw, ecosystem, name));
          said.add(keyOf(flaw, ecosystem));
        }
      }
    },
    rejected(record) {
      const names = [record['id'], ...(Array.isArray(record['upstream']) ? record['upstream'] : [])];
      for (const name of names) none.add((asText(name) ?? '').replace(/^UBUNTU-/, ''));
    },
    add(notice, record) {
      shelf.push({ notice, byRelease: flawsByRelease(record['affected']) });
    },
    *left() {
      for (const { notice, byRelease } of shelf) {
        const names = packagesByRelease(notice.affected);
        const isAlone = ({ ecosystem }: Affected): boolean => names.get(ecosystem)?.size === 1;
        const isLeft = (flaw: string, entry: Affected): boolean =>
          !none.has(flaw) && !said.has(keyOf(flaw, entry.ecosystem, isAlone(entry) ? entry.package : ''));
        const groups = new Map<string, { readonly covers: readonly string[]; readonly affected: Affected[] }>();
        for (const entry of notice.affected) {
          const flaws = byRelease.get(entry.ecosystem) ?? notice.covers;
          const covers = flaws.filter((flaw) => isLeft(flaw, entry));
          const key = covers.join(' ');
          const group = groups.get(key) ?? { covers, affected: [] };
          groups.set(key, group);
          group.affected.push(entry);
        }
        const kept = [...groups.values()].filter(({ covers }) => covers.length > 0);
        yield kept.length === 0 ? 'notice' : kept.map((group) => ({ ...notice, ...group }));
      }
    },
  };
}

function packagesByRelease(affected: readonly Affected[]): ReadonlyMap<string, ReadonlySet<string>> {
  const releases = new Map<string, Set<string>>();
  for (const { ecosystem, package: name } of affected) {
    const names = releases.get(ecosystem);
    if (names === undefined) releases.set(ecosystem, new Set([name]));
    else names.add(name);
  }
  return releases;
}

function keyOf(flaw: string, ecosystem: string, name = ''): string {
  return `${flaw}\n${ecosystem}\n${name}`;
}

function flawsOf({ id, aliases, covers }: Advisory): readonly string[] {
  if (covers.length > 0) return covers;
  return [...new Set([id, ...aliases].map((name) => name.replace(/^UBUNTU-/, '')))];
}

function flawsByRelease(affected: unknown): ReadonlyMap<string, readonly string[]> {
  const flaws = new Map<string, Set<string>>();
  for (const item of Array.isArray(affected) ? affected : []) {
    const map = asObject(asObject(asObject(item)?.['database_specific'])?.['cves_map']);
    const [ecosystem, cves] = [asText(map?.['ecosystem']), map?.['cves']];
    if (ecosystem === undefined || !Array.isArray(cves)) continue;
    const release = releaseOf(ecosystem);
    const known = flaws.get(release) ?? new Set<string>();
    flaws.set(release, known);
    for (const one of cves) {
      const id = asText(asObject(one)?.['id']);
      if (id !== undefined && /^CVE-\d{4}-\d{4,19}$/.test(id)) known.add(id);
    }
  }
  return new Map(Array.from(flaws, ([release, known]) => [release, [...known]]));
}

/** Bits of a filter that takes millions of texts in 16 MiB; of those that it was not given it knows one in some thousands. */
const BITS = 27;
const HASHES = 3;

/** A Bloom filter. */
function newFilter(): { add(text: string): void; has(text: string): boolean } {
  const words = new Uint32Array(2 ** (BITS - 5));
  const bits = (text: string): number[] => {
    let [a, b] = [0x811c9dc5, 0x9747b28c];
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      a = Math.imul(a ^ code, 0x01000193);
      b = Math.imul(b ^ code, 0x5bd1e995);
      b ^= b >>> 15;
    }
    a ^= a >>> 13;
    return Array.from({ length: HASHES }, (_, index) => (a + Math.imul(index, b | 1)) >>> (32 - BITS));
  };
  return {
    add(text) {
      for (const bit of bits(text)) words[bit >>> 5] = (words[bit >>> 5] ?? 0) | (1 << (bit & 31));
    },
    has: (text) => bits(text).every((bit) => (((words[bit >>> 5] ?? 0) >>> (bit & 31)) & 1) === 1),
  };
}
