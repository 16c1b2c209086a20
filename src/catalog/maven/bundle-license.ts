// Bundle-License = "<<EXTERNAL>>" / license *( "," license )       (OSGi Core 8, 3.2.1.10)
// license        = name *( ";" attribute "=" ( token / quoted ) )    ; the name is of SPDX, or the address of a text
// quoted         = DQUOTE *( any but DQUOTE ) DQUOTE

const license = /^\s*("[^"]*"|[^",;]+)(?:;\s*[\w.-]+\s*:?=\s*(?:"[^"]*"|[^",;]*))*\s*(?:,|$)/;
const maximumLicenses = 20;
const maximumName = 256;
const maximumText = 4096;

/** The names of the licences that a manifest's `Bundle-License` gives; none where it is not written as it should be. */
export function bundleLicenses(text: string | undefined): string[] {
  if (text === undefined || text.length > maximumText) return [];
  // Many write the name in words, which may have a comma.
  if (/^[^";]*[^",;\s] +[^",;\s][^";]*$/.test(text) && text.length <= maximumName) return [text.trim()];
  const names: string[] = [];
  let rest = text;
  while (rest !== '' && names.length < maximumLicenses) {
    const [whole = '', written = ''] = license.exec(rest) ?? [];
    if (whole === '') return [];
    const name = written.replaceAll('"', '').trim();
    if (name !== '' && name !== '<<EXTERNAL>>' && name.length <= maximumName) names.push(name);
    rest = rest.slice(whole.length);
  }
  return [...new Set(names)];
}
