import type { ImageFile } from '../catalog.ts';
import { asObject, DocumentError, readJson, textsOf } from '../document.ts';

/*
 * Content manifests, one for each image of Red Hat's that was built upon another: a document with the names of the
 * content sets (repositories) that its packages came from, by which Red Hat's advisories are chosen
 * (containerbuildsystem/atomic-reactor, schemas/content_manifest.json).
 */
const folders: readonly string[] = [
  'root/buildinfo/content_manifests',
  'usr/share/buildinfo',
  'usr/share/buildinfo/content_manifests',
];
const prefixes: readonly string[] = folders.map((folder) => `${folder}/`);

/** Well-known folders that hold content manifests. */
export const contentManifestFolders: readonly string[] = ['root/buildinfo/content_manifests', 'usr/share/buildinfo'];

/** Content sets of an image, and the documents that can't be read. */
export interface ContentSets {
  /** Sorted; undefined where no document names any. */
  readonly names?: readonly string[];
  readonly faults: readonly { readonly file: ImageFile; readonly error: DocumentError }[];
}

/** Whether the file may be a content manifest; bills of materials and labels lie beside them. */
export function isContentManifest(path: string): boolean {
  if (!path.endsWith('.json')) return false;
  const name = path.lastIndexOf('/') + 1;
  const isIn = prefixes.some((prefix) => prefix.length === name && path.startsWith(prefix));
  return isIn && !path.startsWith('sbom-', name) && !path.startsWith('labels.json', name);
}

const maxSets = 500;
const maxName = 256;

/**
 * The content sets of all documents together: a base image's are in a document of its own, and its packages are of it.
 * That may ask after too many advisories; too few only where a layer wrote its document over another's (`content-sets.json`
 * of Konflux), and then dnf's record of repositories tells more.
 */
export function readContentSets(files: readonly ImageFile[]): ContentSets {
  const names = new Set<string>();
  const faults: { file: ImageFile; error: DocumentError }[] = [];
  for (const file of files) {
    if (!isContentManifest(file.path)) continue;
    try {
      const sets = textsOf(asObject(readJson(file.bytes))?.['content_sets']);
      for (const name of sets) {
        if (names.size < maxSets && name.length <= maxName && /^[\w.:+~/-]+$/.test(name)) names.add(name);
      }
    } catch (error) {
      if (!(error instanceof DocumentError)) throw error;
      faults.push({ file, error });
    }
  }
  return { ...(names.size > 0 && { names: [...names].toSorted() }), faults };
}
