import type { OwnedFile } from '../../inventory/inventory.ts';

/**
 * `CONTENTS` of an installed package:
 *
 *   line = "dir" SP path / "obj" SP path SP md5 SP mtime / "sym" SP path SP "->" SP target SP mtime
 *        / ("fif" / "dev") SP path
 */
const object = /^obj (\/.*) ([\da-f]{32}) -?\d+$/;
const link = /^sym (\/.*?) -> .* -?\d+$/;
const other = /^(?:fif|dev) (\/.*)$/;

/** The files and links, folders left out; `damaged` says how many lines are none of these. */
export function readContents(text: string): { readonly files: readonly OwnedFile[]; readonly damaged: number } {
  const files: OwnedFile[] = [];
  let damaged = 0;
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('dir /')) continue;
    const [, path, md5] = object.exec(line) ?? link.exec(line) ?? other.exec(line) ?? [];
    if (path === undefined) damaged += 1;
    else files.push(md5 === undefined ? { path } : { path, digest: `md5:${md5}` });
  }
  return { files, damaged };
}
