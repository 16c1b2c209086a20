/*
 * Two texts that Java writes:
 *
 *   properties = *( blank / ("#" / "!") comment / key separator value ) ; java.util.Properties.load
 *                separator is "=", ":" or white space; "\" escapes, joins lines at their end, and starts \uXXXX
 *   manifest   = main section, blank line, other sections               ; JAR file specification, "Manifest"
 *                attribute = name ": " value; a line that starts with one space continues the value
 */

const maximumValue = 512;
/** Characters of a manifest's main section, whose longest lists are some tens of thousands. */
const maximumSection = 1 << 18;

/** The properties of a text; later ones win. Only `wanted` keys are kept. */
export function readProperties(text: string, wanted: ReadonlySet<string>): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  let joined = '';
  for (const line of text.split(/\r\n|\r|\n/)) {
    const rest = line.trimStart();
    if (joined === '' && (rest.startsWith('#') || rest.startsWith('!'))) continue;
    if (goesOn(rest)) {
      joined += rest.slice(0, -1);
      continue;
    }
    joined += rest;
    const match = /^((?:[^\\:=\s]|\\.)+)\s*[:=]?\s*(.*)$/s.exec(joined);
    joined = '';
    const key = match?.[1] ?? '';
    if (wanted.has(key))
      found.set(
        key,
        unescaped(match?.[2] ?? '')
          .trim()
          .slice(0, maximumValue),
      );
  }
  return found;
}

/** An odd number of backslashes at the end of a line joins it with the next. */
function goesOn(line: string): boolean {
  let backslashes = 0;
  while (line[line.length - 1 - backslashes] === '\\') backslashes++;
  return backslashes % 2 === 1;
}

function unescaped(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(/\\(?:u([\da-fA-F]{4})|(.))/g, (_, code?: string, char?: string) => {
    if (code !== undefined) return String.fromCharCode(Number.parseInt(code, 16));
    return { t: '\t', n: '\n', r: '\r', f: '\f' }[char ?? ''] ?? char ?? '';
  });
}

/** The main attributes of a manifest, of those that are wanted (by their lower case), under the names as wanted. */
export function readManifest(text: string, wanted: ReadonlyMap<string, string>): Record<string, string> {
  const found: Record<string, string> = {};
  let name: string | undefined;
  for (const line of text.slice(0, maximumSection).split(/\r\n|\r|\n/)) {
    if (line === '') break;
    if (line.startsWith(' ')) {
      if (name !== undefined) found[name] = `${found[name]}${line.slice(1)}`.slice(0, maximumValue);
      continue;
    }
    const colon = line.indexOf(':');
    name = colon < 0 ? undefined : wanted.get(line.slice(0, colon).toLowerCase());
    if (name !== undefined)
      found[name] = line
        .slice(colon + 1)
        .trimStart()
        .slice(0, maximumValue);
  }
  for (const key of Object.keys(found)) {
    const value = (found[key] ?? '').trim().replace(/^"([^"]*)"$/, '$1');
    if (value === '') delete found[key];
    else found[key] = value;
  }
  return found;
}
