import type { Cpe } from '../../../cpe/cpe.ts';
import { generic } from '../../../version/generic.ts';
import lines from './lines.json' with { type: 'json' };
import type { Versions } from './versions.ts';

/** Products of which a publisher names only the last version of each line, by how many numbers a line has. */
const NUMBERS: ReadonlyMap<string, number> = new Map(Object.entries(lines));
const LIMIT = 'earlier than the last version of its line, and only that one is named';

interface Named {
  readonly cpe: Cpe;
  readonly versions: Versions;
}

/** What is not told of one product: the versions of a line before the one that is named. */
export interface Earlier {
  readonly product: string;
  readonly versions: Versions;
}

/**
 * Oracle names of each line of Java only the version that was supported last ("Supported versions that are affected are
 * 17.0.8"), which says nothing good of those before it: OpenJDK's own advisories add "and earlier".
 */
export function earlierOfLines(matches: readonly Named[]): readonly Earlier[] {
  const last = new Map<string, { readonly product: string; readonly line: string; readonly version: string }>();
  for (const { cpe, versions } of matches) {
    const product = `${cpe.vendor}:${cpe.product}`;
    const [first, end] = versions.range ?? [];
    if (!NUMBERS.has(product) || first === undefined || !('introduced' in first)) continue;
    const version = first.introduced;
    if (end === undefined || !('lastAffected' in end) || end.lastAffected !== version) continue;
    const line = lineOf(version, NUMBERS.get(product) ?? 1);
    const key = `${product} ${line}`;
    const known = last.get(key);
    if (known === undefined || isBefore(known.version, version)) last.set(key, { product, line, version });
  }
  return Array.from(last.values()).flatMap(({ product, line, version }) =>
    isBefore(line, version)
      ? [{ product, versions: { range: [{ introduced: line }, { fixed: version }], limits: [LIMIT] } }]
      : [],
  );
}

/** `17` of `17.0.8`; of `1.8.0-update381`, which is Java 8, `1.8`. */
function lineOf(version: string, numbers: number): string {
  const parts = version.split(/[.-]/);
  return parts.slice(0, parts[0] === '1' ? numbers + 1 : numbers).join('.');
}

function isBefore(a: string, b: string): boolean {
  const [left, right] = [generic.parse(a), generic.parse(b)];
  return left.kind === 'version' && right.kind === 'version' && generic.compare(left, right) < 0;
}
