/*
 * Names in a Nix store ("Store Path", and DrvName of Nix's names.cc):
 *
 *   path    = folder "/" hash "-" full             hash = 32 digits of Nix's base 32
 *   full    = name [ "-" version ] [ "-" output ]  the output `out` is not written
 *   version begins behind the first "-" that is followed by anything but a letter
 *
 * Nix itself does not tell an output from the end of a version: the derivation that built the path does, and where it is
 * not known, a list of usual names.
 */
import notPackages from './not-packages.json' with { type: 'json' };
import usualOutputs from './outputs.json' with { type: 'json' };

/** A path of a Nix store, taken apart. */
export interface StorePath {
  readonly hash: string;
  readonly name: string;
  /** Absent where the name has none: a configuration, a wrapper, a unit. */
  readonly version?: string;
  /** Absent for `out`. */
  readonly output?: string;
}

const grammar = /^\/.{0,1000}\/([0-9abcdfghijklmnpqrsvwxyz]{32})-([\w+.?=-]{1,211})$/;
const outputs: ReadonlySet<string> = new Set(usualOutputs);

/** Takes apart a path, with that of the derivation that built it; `undefined` when it is none of a store. */
export function readStorePath(path: string, deriver?: string): StorePath | undefined {
  const [, hash, full] = grammar.exec(path) ?? [];
  if (hash === undefined || full === undefined) return undefined;
  const derived = deriver === undefined ? undefined : grammar.exec(deriver)?.[2]?.replace(/\.drv$/, '');
  if (derived !== undefined && (full === derived || full.startsWith(`${derived}-`))) {
    const output = full.slice(derived.length + 1);
    return { hash, ...readDerivationName(derived), ...(output === '' ? {} : { output }) };
  }
  const whole = readDerivationName(full);
  const dash = whole.version?.lastIndexOf('-') ?? -1;
  const output = whole.version?.slice(dash + 1) ?? '';
  return dash > 0 && outputs.has(output)
    ? { hash, name: whole.name, version: whole.version?.slice(0, dash) ?? '', output }
    : { hash, ...whole };
}

/** Name and version of a derivation, as `builtins.parseDrvName` tells them. */
export function readDerivationName(full: string): { readonly name: string; readonly version?: string } {
  for (let at = full.indexOf('-'); at >= 0 && at + 1 < full.length; at = full.indexOf('-', at + 1))
    if (!/[a-z]/i.test(full.charAt(at + 1))) return { name: full.slice(0, at), version: full.slice(at + 1) };
  return { name: full };
}

const words: readonly string[] = notPackages.words.map((word) => `-${word}`);

/** Whether a path, by its name, is no package but what one is made from: a source, a patch, a script. */
export function isMaterial(path: string): boolean {
  return notPackages.endings.some((end) => path.endsWith(end)) || words.some((end) => path.endsWith(end));
}
