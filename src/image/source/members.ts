// Go, in which runtimes are written, takes the members of a JSON document whatever their case (encoding/json), and of
// several that are one to it the last; JavaScript tells `layers` from `LAYERS`. What one of them runs is then not what
// the other sees.

/**
 * Members by which an image is put together, as the specifications write them (docker's list has some with a capital).
 * Others, of which old builders have some in capitals alone (`Size`), matter only where they come twice.
 */
const spellings: ReadonlyMap<string, readonly string[]> = new Map(
  [
    ...['mediaType', 'manifests', 'digest', 'platform', 'os', 'architecture', 'variant', 'rootfs', 'diff_ids'].map(
      (name) => [name],
    ),
    ['layers', 'Layers'],
    ['config', 'Config'],
  ].map((ways) => [fold(ways[0] ?? ''), ways]),
);

/** Objects whose members are whatever their makers like; case counts in them for Go too. */
const maps: ReadonlySet<string> = new Set(['annotations', 'labels', 'exposedports', 'volumes']);

/** Unicode's folding of the letters that fold to ASCII: Go has the long s and the Kelvin sign be s and k. */
function fold(name: string): string {
  return name.toLowerCase().replaceAll('ſ', 's').replaceAll('\u212a', 'k');
}

/** Go reads no more than 10,000 levels. */
const deepest = 10_000;

interface Level {
  /** Names so far, folded; absent in an array and in a map. */
  readonly seen?: Set<string>;
  readonly isObject: boolean;
  /** The name whose value comes. */
  key: string;
}

/**
 * The first member of a JSON document about an image that another reader would take for another one: named twice, or
 * not spelled as the specifications have it; or one that is too deep for it. The text must be JSON.
 */
export function ambiguousMember(text: string): string | undefined {
  const levels: Level[] = [];
  let isName = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    const level = levels.at(-1);
    if (code === quote) {
      const end = endOfString(text, at);
      if (isName && level !== undefined) {
        const name = JSON.parse(text.slice(at, end + 1)) as string;
        if (isAmbiguous(level, name)) return name;
      }
      isName = false;
      at = end;
    } else if (code === open || code === openList) {
      isName = code === open;
      if (levels.length === deepest) return level?.key ?? '';
      const isMap = maps.has(level?.key ?? '');
      levels.push({ isObject: isName, key: '', ...(isName && !isMap ? { seen: new Set<string>() } : {}) });
    } else if (code === close || code === closeList) levels.pop();
    else if (code === comma) isName = level?.isObject === true;
  }
  return undefined;
}

const [quote, open, openList, close, closeList, comma, backslash] = [0x22, 0x7b, 0x5b, 0x7d, 0x5d, 0x2c, 0x5c];

function endOfString(text: string, start: number): number {
  for (let at = start + 1; ; at++) {
    const code = text.charCodeAt(at);
    if (code === backslash) at++;
    else if (code === quote || Number.isNaN(code)) return at;
  }
}

function isAmbiguous(level: Level, name: string): boolean {
  const folded = fold(name);
  level.key = folded;
  if (level.seen === undefined) return false;
  if (level.seen.has(folded)) return true;
  level.seen.add(folded);
  const spelled = spellings.get(folded);
  return spelled !== undefined && !spelled.includes(name);
}
