import type { ImageFile } from '../catalog.ts';
import { readJson } from '../document.ts';
import type { Gatherer } from '../gather.ts';
import { manifestOf } from './manifest.ts';
import { addPackage } from './sighting.ts';

/** A `package.json` deep in an installed package, `next/dist/compiled/react-is/package.json`. */
export interface Copy {
  readonly file: ImageFile;
  readonly folder: string;
  /** Folder of the package that it lies in. */
  readonly owner: string;
}

/**
 * Adds packages that others were published with outside any `node_modules`: they keep their name, their version and a
 * folder of that name, and are not private, as what only switches the kind of module is.
 */
export function addCopies(copies: readonly Copy[], purls: ReadonlyMap<string, string>, gatherer: Gatherer): void {
  for (const { file, folder, owner } of copies) {
    const [name, outer] = [nameOf(folder), purls.get(owner)];
    // Most say only what kind of modules a folder holds, and templates are no JSON.
    if (outer === undefined || !contains(file.bytes, JSON.stringify(name))) continue;
    gatherer.read(file, () => {
      const manifest = manifestOf(readJson(file.bytes));
      if (manifest?.name !== name || manifest.version === undefined || manifest.private) return;
      const { version, licenses, homepage } = manifest;
      const found = { name, version, presence: 'installed', licenses, homepage, identifiedBy: 'bundled copy' } as const;
      const purl = addPackage(gatherer, file, found);
      if (purl !== undefined) gatherer.relate('contains', outer, purl);
    });
  }
}

function nameOf(folder: string): string {
  const [scope = '', name = ''] = folder.split('/').slice(-2);
  return scope.startsWith('@') ? `${scope}/${name}` : name;
}

function contains(bytes: Uint8Array, text: string): boolean {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).includes(text);
}
