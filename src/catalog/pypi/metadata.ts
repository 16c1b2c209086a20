/*
 * Core metadata of a package (METADATA, PKG-INFO; PEP 241 to 643), headers like those of a mail:
 *
 *   metadata = *header [ LF description ]
 *   header   = key ":" value LF *( ( SP / HT ) more LF )
 *
 * Only the headers are read. A line that is neither header nor continuation ends them, as in Python's own reader. A
 * last line without an end may be cut and does not count.
 */

/** What is read of the metadata of a package; names and versions as written. */
export interface CoreMetadata {
  readonly name?: string;
  readonly version?: string;
  readonly licenses: readonly string[];
  /** `Requires-Dist`, each a requirement by PEP 508. */
  readonly requires: readonly string[];
  readonly homepage?: string;
}

/** Headers end long before; old ones hold the description too. */
const maximumHeaders = 1 << 20;
const maximumValues = 5000;
const maximumLicense = 120;

/** Reads the headers; bytes that are not UTF-8 become replacement characters, as no identity is made of them. */
export function readMetadata(bytes: Uint8Array): CoreMetadata {
  const headers = readHeaders(headerText(bytes));
  const all = (key: string): readonly string[] => headers.get(key) ?? [];
  const name = all('name')[0]?.trim();
  const version = all('version')[0]?.trim();
  const homepage = homepageOf(all('home-page'), all('project-url'));
  return {
    ...(name === undefined ? {} : { name }),
    ...(version === undefined ? {} : { version }),
    ...(homepage === undefined ? {} : { homepage }),
    licenses: licensesOf(all('license-expression')[0], all('license')[0], all('classifier')),
    requires: all('requires-dist'),
  };
}

function headerText(bytes: Uint8Array): string {
  const whole = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, maximumHeaders));
  const end = [whole.indexOf('\n\n'), whole.indexOf('\n\r\n')].filter((at) => at >= 0);
  const start = whole[0] === 0xef && whole[1] === 0xbb && whole[2] === 0xbf ? 3 : 0;
  return whole.toString('utf8', start, end.length > 0 ? Math.min(...end) + 1 : whole.length);
}

const wanted: ReadonlySet<string> = new Set([
  'name',
  'version',
  'license-expression',
  'license',
  'classifier',
  'requires-dist',
  'home-page',
  'project-url',
]);

const [space, tab] = [0x20, 0x09];

function readHeaders(text: string): ReadonlyMap<string, readonly string[]> {
  const headers = new Map<string, string[]>();
  let current: string[] | undefined;
  for (let at = 0, end = text.indexOf('\n'); end >= 0; at = end + 1, end = text.indexOf('\n', at)) {
    const first = text.charCodeAt(at);
    if (first === space || first === tab) {
      // Only a licence is worth its further lines.
      const last = current?.pop();
      if (last !== undefined) current?.push(last.length > maximumLicense ? last : `${last}\n${text.slice(at, end)}`);
      continue;
    }
    const colon = text.indexOf(':', at);
    if (colon < 0 || colon > end) break;
    const key = text.slice(at, colon).toLowerCase();
    current = undefined;
    if (!wanted.has(key)) continue;
    current = headers.get(key) ?? [];
    headers.set(key, current);
    if (current.length < maximumValues) current.push(text.slice(colon + 1, end).trim());
  }
  return headers;
}

/** An expression, else the field if it is a name and not the whole text of a licence, else the classifiers. */
function licensesOf(
  expression: string | undefined,
  license: string | undefined,
  classifiers: readonly string[],
): readonly string[] {
  if (isTold(expression)) return [expression];
  const named = isTold(license) && license.length <= maximumLicense && !license.includes('\n');
  if (named) return [license];
  const classes = classifiers.flatMap((classifier) => {
    const parts = classifier.split('::').map((part) => part.trim());
    const last = parts.at(-1);
    return parts[0] === 'License' && parts.length > 1 && last && last !== 'OSI Approved' ? [last] : [];
  });
  const firstLine = license?.split('\n', 1)[0]?.trim();
  return classes.length > 0 || !isTold(firstLine) ? classes : [firstLine.slice(0, maximumLicense)];
}

function isTold(value: string | undefined): value is string {
  return value !== undefined && value !== '' && value !== 'UNKNOWN';
}

function homepageOf(pages: readonly string[], urls: readonly string[]): string | undefined {
  const [page] = pages;
  if (isTold(page) && isAddress(page)) return page;
  for (const url of urls) {
    const comma = url.indexOf(',');
    const label = url.slice(0, comma).trim().toLowerCase();
    const address = url.slice(comma + 1).trim();
    if ((label === 'homepage' || label === 'home') && isAddress(address)) return address;
  }
  return undefined;
}

function isAddress(text: string): boolean {
  return text.length <= 500 && /^https?:\/\/\S+$/.test(text);
}
