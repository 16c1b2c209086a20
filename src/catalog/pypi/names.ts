/*
 * Names of Python's packages and of what an installer calls their folders:
 *
 *   name       = letter-or-digit [ *( letter / digit / "." / "-" / "_" ) letter-or-digit ]          PEP 508
 *   dist-info  = name "-" version ".dist-info"                                                       PEP 376, 427
 *   egg-info   = name [ "-" version [ "-py" digits ] ] ".egg-info"                                   setuptools
 *   egg        = name [ "-" version [ "-py" digits [ "-" platform ] ] ] ".egg"
 *   wheel      = name "-" version [ "-" build ] "-" python "-" abi "-" platform ".whl"               PEP 427
 *   sdist      = name "-" version ( ".tar.gz" / ".zip" / ".tar.bz2" / ".tar.xz" )                    PEP 625
 *
 * In the names of folders and wheels `-` is written `_`.
 */

/** A package and its version, as a file's or folder's name tells them. */
export interface NameAndVersion {
  readonly name: string;
  readonly version?: string;
}

const nameGrammar = /^[a-z\d](?:[a-z\d._-]*[a-z\d])?$/i;
const maximumName = 200;

/** Whether a text can be the name of a package (PEP 508). */
export function isName(text: string): boolean {
  return text.length <= maximumName && nameGrammar.test(text);
}

/** Whether a text can be a version: nothing but visible ASCII characters, for old versions keep to no grammar. */
export function isVersion(text: string): boolean {
  return text.length <= maximumName && /^[!-~]+$/.test(text);
}

/** The one spelling of a name (PEP 503): lower case, runs of `.`, `-` and `_` as one `-`. */
export function normalizeName(name: string): string {
  return name.replaceAll(/[-_.]+/g, '-').toLowerCase();
}

/** What the last component of the path of a `.dist-info`, `.egg-info` or `.egg` says; `undefined` when nothing usable. */
export function readFolderName(folder: string): NameAndVersion | undefined {
  const stem = folder.replace(/\.(?:dist-info|egg-info|egg)$/, '');
  const [name = '', version] = stem.split('-', 2);
  if (!isName(name)) return undefined;
  return version !== undefined && isVersion(version) ? { name, version } : { name };
}

/** What the name of a wheel or of a source archive says; `undefined` when it is neither. */
export function readArchiveName(file: string): Required<NameAndVersion> | undefined {
  if (file.length > maximumName * 2) return undefined;
  const wheel = /^([^-]+)-([^-]+)(?:-[^-]+){3,4}\.whl$/.exec(file);
  const sdist = wheel ?? /^(.+)-([^-]+)\.(?:tar\.gz|zip|tar\.bz2|tar\.xz|tgz)$/.exec(file);
  const [, name = '', version = ''] = sdist ?? [];
  return isName(name) && isVersion(version) ? { name, version } : undefined;
}

const sameWords: ReadonlyMap<string, string> = new Map([
  ['alpha', 'a'],
  ['beta', 'b'],
  ['c', 'rc'],
  ['pre', 'rc'],
  ['preview', 'rc'],
  ['r', 'post'],
  ['rev', 'post'],
]);

/**
 * Whether two texts are the same version however they are spelt: separators, zeros in front and the words of PEP 440 do
 * not count, for installers write folders in their own spelling.
 */
export function isSameVersion(a: string, b: string): boolean {
  return a === b || spelling(a) === spelling(b);
}

function spelling(version: string): string {
  const words = version.toLowerCase().match(/\d+|[a-z]+/g) ?? [];
  // `1.0-1` is the first release after 1.0, which is also written `1.0.post1`.
  const text = words
    .map((word) => sameWords.get(word) ?? word.replace(/^0+(?=\d)/, ''))
    .filter((word) => word !== 'post');
  return (text[0] === 'v' ? text.slice(1) : text).join('.');
}
