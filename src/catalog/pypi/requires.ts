/*
 * `requires.txt` of an egg-info folder (setuptools):
 *
 *   file    = *line *section
 *   section = "[" [ extra ] [ ":" marker ] "]" LF *line          line = requirement LF
 */

const maximumBytes = 1 << 20;
const maximumLines = 5000;

/** The requirements in the form of `Requires-Dist`, section by section as a marker. */
export function readRequires(bytes: Uint8Array): readonly string[] {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, maximumBytes)).toString('utf8');
  const requires: string[] = [];
  let marker = '';
  for (const line of text.split('\n', maximumLines)) {
    const content = line.trim();
    if (content === '' || content.startsWith('#')) continue;
    if (content.startsWith('[') && content.endsWith(']')) marker = markerOf(content.slice(1, -1));
    else requires.push(marker === '' ? content : withMarker(content, marker));
  }
  return requires;
}

function markerOf(section: string): string {
  const colon = section.indexOf(':');
  const extra = (colon < 0 ? section : section.slice(0, colon)).trim();
  const condition = colon < 0 ? '' : section.slice(colon + 1).trim();
  const parts = [extra === '' ? '' : `extra == "${extra}"`, condition === '' ? '' : `(${condition})`];
  return parts.filter((part) => part !== '').join(' and ');
}

function withMarker(requirement: string, marker: string): string {
  const semicolon = requirement.indexOf(';');
  if (semicolon < 0) return `${requirement} ; ${marker}`;
  return `${requirement.slice(0, semicolon)}; (${requirement.slice(semicolon + 1).trim()}) and ${marker}`;
}
