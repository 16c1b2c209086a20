import type { Cataloger, CatalogInput, CatalogResult, ImageFile } from '../catalog.ts';
import { type Gatherer, gather } from '../gather.ts';
import { readComponents, readSpdx } from './documents.ts';

/** Components of Bitnami's images, by the documents that lie beside them. */
export const bitnami: Cataloger = {
  id: 'bitnami',
  needs: ['opt/bitnami'],
  endings: ['json', 'spdx'],
  selects: (path) =>
    path.startsWith('opt/bitnami/') &&
    (path.endsWith('/.bitnami_components.json') ||
      (path.endsWith('.spdx') && path.startsWith('.spdx-', path.lastIndexOf('/') + 1))),
  catalog,
};

function catalog({ files }: CatalogInput): CatalogResult {
  const found = gather(bitnami.id);
  for (const file of files) found.read(file, () => addAll(found, file));
  return found.result();
}

function addAll(found: Gatherer, file: ImageFile): void {
  const read = file.path.endsWith('.json') ? readComponents(file.bytes) : readSpdx(file.bytes);
  if (read === undefined) return found.problem('corrupt', 'A list of components names none', file);
  if (read.damaged.length > 0)
    found.problem('corrupt', 'A package has no usable name or version', file, read.damaged.slice(0, 5).join(', '));
  if (read.others > 0)
    found.problem('unsupported', 'A list of components names packages of others', file, `${read.others}`, false);
  else if (read.components.length === 0 && read.damaged.length === 0)
    found.problem('corrupt', 'A list of components names none', file);
  const purls = new Map<string, string>();
  for (const { key, name, version, architecture, distro, licenses } of read.components) {
    const purl = found.add(
      {
        name: name.toLowerCase(),
        version,
        purl: { type: 'bitnami', name: name.toLowerCase(), qualifiers: { arch: architecture, distro } },
        ecosystem: 'Bitnami',
        presence: 'installed',
        usage: read.described.has(key) ? { root: true } : {},
        licenses,
        architecture,
      },
      file,
    );
    if (purl !== undefined) purls.set(key, purl);
  }
  for (const [from, to] of read.contains) {
    const [whole, part] = [purls.get(from), purls.get(to)];
    if (whole !== undefined && part !== undefined) found.relate('contains', whole, part);
  }
}
