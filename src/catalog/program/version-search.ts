import { type Candidate, candidatesFor, type VersionText } from './programs.ts';

/** A version that a program's own text tells. */
export interface ToldVersion {
  /** In the table of programs: `nginx`. */
  readonly name: string;
  readonly version: string;
}

/** Looks for version texts in a program as its bytes pass. */
export interface VersionSearch {
  /** Takes the next bytes, from `at` in the file on; what does not adjoin is searched on its own. */
  see(piece: Buffer, at: number): void;
  result(): {
    readonly versions: readonly ToldVersion[];
    /** Whether the file is, by its name, one that should have told its version. */
    readonly silent: boolean;
  };
}

/** Around an anchor, what a pattern is tried on. */
const [before, behind] = [128, 128];
/** Occurrences of one anchor that are looked at; genuine programs have a few hundred of the shortest. */
const maximumHits = 8192;
/** What stands before a stretch: a text at its very start begins there as after another text. */
const edge: Buffer = Buffer.alloc(1);
/** Distinct versions of one program. */
const maximumVersions = 4;

interface Hunt extends VersionText {
  readonly name: string;
  readonly versions: Set<string>;
  hits: number;
  /** Where in the file the next occurrence may begin. */
  from: number;
}

/** A search for the version of a file of that path; `undefined` where its name is of no known program. */
export function versionSearch(path: string): VersionSearch | undefined {
  const candidates = candidatesFor(path);
  if (candidates.length === 0) return undefined;
  const hunts = candidates.flatMap(({ name, texts }) =>
    texts.map((text): Hunt => ({ ...text, name, versions: new Set(), hits: 0, from: 0 })),
  );
  let carry = edge;
  let end = 0;
  const look = (bytes: Buffer, last: boolean): void => {
    for (const hunt of hunts) searchIn(hunt, bytes, end - bytes.length, last);
  };
  return {
    see(piece, at) {
      if (at !== end) {
        look(carry, true);
        carry = edge;
        for (const hunt of hunts) hunt.from = at - edge.length;
      }
      const bytes = Buffer.concat([carry, piece]);
      end = at + piece.length;
      look(bytes, false);
      carry = Buffer.from(bytes.subarray(Math.max(0, bytes.length - before - behind)));
    },
    result() {
      look(carry, true);
      carry = Buffer.alloc(0);
      const versions = hunts.flatMap(({ name, versions: found }) =>
        Array.from(found, (version): ToldVersion => ({ name, version })),
      );
      const known = new Map(versions.map((one) => [`${one.name} ${one.version}`, one]));
      return { versions: [...known.values()], silent: known.size === 0 && !candidates.every(isPartly) };
    },
  };
}

function isPartly({ partly }: Candidate): boolean {
  return partly;
}

/** Tries the pattern around each occurrence of the anchor that has enough bytes behind it, or all that there are. */
function searchIn(hunt: Hunt, bytes: Buffer, offset: number, last: boolean): void {
  const lastStart = last ? bytes.length : bytes.length - behind;
  let index = bytes.indexOf(hunt.anchor, Math.max(0, hunt.from - offset));
  while (index >= 0 && index <= lastStart) {
    if (hunt.hits >= maximumHits || hunt.versions.size >= maximumVersions) return;
    hunt.hits++;
    const start = Math.max(0, index - before);
    const version = versionAround(hunt, bytes.toString('latin1', start, index + behind), index - start);
    if (version !== undefined) hunt.versions.add(version);
    index = bytes.indexOf(hunt.anchor, index + 1);
  }
  hunt.from = offset + (index >= 0 ? index : Math.max(0, bytes.length - hunt.anchor.length + 1));
}

/** The version of the text in which the anchor at that place is; others near it have anchors of their own. */
function versionAround({ pattern, anchor }: Hunt, text: string, at: number): string | undefined {
  for (const match of text.matchAll(pattern)) {
    if (match.index >= at + anchor.length) return undefined;
    if (match.index + match[0].length > at) return match[1];
  }
  return undefined;
}
