/**
 * Names of packages in Gentoo (PMS 3.1.2, 3.2, 8.3):
 *
 *   pf      = pn "-" version ["-r" 1*DIGIT]
 *   version = 1*DIGIT *("." 1*DIGIT) [a-z] *("_" ("alpha" / "beta" / "pre" / "rc" / "p") *DIGIT)
 *   atom    = [operator] category "/" pn ["-" version ["*"]] [":" slot] ["::" repository] ["[" use "]"]
 *
 * `pn` never ends in a hyphen and a version, so the first hyphen after which all the rest is a version splits them.
 */
const versioned = /^([A-Za-z0-9_][\w+-]*?)-(\d+(?:\.\d+)*[a-z]?(?:_(?:alpha|beta|pre|rc|p)\d*)*(?:-r\d+)?)$/;

export interface PackageName {
  readonly name: string;
  /** With the revision, `1.2.3-r1`. */
  readonly version: string;
}

/** Splits `portage-3.0.30-r3`; undefined where it has no version. */
export function splitName(text: string): PackageName | undefined {
  const [, name, version] = (text.length > 500 ? undefined : versioned.exec(text)) ?? [];
  return name === undefined || version === undefined ? undefined : { name, version };
}

export interface Atom {
  /** `category/name`. */
  readonly name: string;
  /** Slot without its subslot; absent where any does. */
  readonly slot?: string | undefined;
}

/** The packages that a dependency specification names, blockers left out; conditions count as met. */
export function readAtoms(specification: string): Atom[] {
  return specification.split(/\s+/).flatMap((token) => {
    if (!token.includes('/') || token.startsWith('!') || token.length > 500) return [];
    const [, operator = '', rest = ''] = /^([<>=~]*)(.*)$/.exec(token) ?? [];
    const [bare = '', slot] = rest.replace(/\[.*$/, '').split(':', 2);
    const at = bare.indexOf('/');
    const category = bare.slice(0, at);
    const pn = bare.slice(at + 1).replace(/\*$/, '');
    const name = operator === '' ? pn : (splitName(pn)?.name ?? pn);
    const wanted = slot?.replace(/[=*/].*$/, '');
    return category === '' || name === '' ? [] : [{ name: `${category}/${name}`, slot: wanted || undefined }];
  });
}
