import type { Cataloger, CatalogInput, CatalogResult, ImageFile } from '../catalog.ts';
import { type Gatherer, gather } from '../gather.ts';
import { type Named, readLock, readSections } from './files.ts';
import { type Reference, readReference } from './reference.ts';

/** Packages of conan: in its cache (before conan 2), and those that lock files and manifests name. */
export const conan: Cataloger = {
  id: 'conan',
  needs: [],
  endings: ['lock', 'txt'],
  selects: (path) => names.has(path.slice(path.lastIndexOf('/') + 1)),
  catalog,
};

const names: ReadonlySet<string> = new Set(['conan.lock', 'conanfile.txt', 'conaninfo.txt']);
/** `data/<name>/<version>/<user>/<channel>/package/<id>/conaninfo.txt`, the cache before conan 2. */
const cached = /(?:^|\/)data\/([^/]+)\/([^/]+)\/([^/]+)\/([^/]+)\/package\/[^/]+\/conaninfo\.txt$/;

function catalog({ files }: CatalogInput): CatalogResult {
  const found = gather(conan.id);
  const locks = new Set(files.map(({ path }) => path).filter((path) => path.endsWith('conan.lock')));
  for (const file of files) {
    found.read(file, () => {
      if (file.path.endsWith('conan.lock')) addLock(found, file);
      else if (file.path.endsWith('conanfile.txt')) addManifest(found, file, locks);
      else addInfo(found, file);
    });
  }
  return found.result();
}

function addLock(found: Gatherer, file: ImageFile): void {
  const named = readLock(file.bytes);
  if (named === undefined) return found.problem('corrupt', 'A lock file has no packages', file);
  const purls = new Map<string, string>();
  for (const item of named) {
    const purl = addNamed(found, file, item);
    if (purl !== undefined) purls.set(item.key, purl);
  }
  for (const { key, needs } of named) {
    for (const need of needs) {
      const [from, to] = [purls.get(key), purls.get(need)];
      if (from !== undefined && to !== undefined) found.relate('depends-on', from, to);
    }
  }
}

/** A range names no version; a lock file beside it does. */
function addManifest(found: Gatherer, file: ImageFile, locks: ReadonlySet<string>): void {
  const sections = readSections(file.bytes);
  const list = (name: string, build: boolean): Named[] =>
    (sections.get(name) ?? []).map((line) => {
      const reference = line.split(',', 1)[0]?.trim() ?? '';
      return { reference, build, direct: true, key: reference, needs: [] };
    });
  const named = [...list('requires', false), ...list('tool_requires', true), ...list('build_requires', true)];
  const locked = locks.has(file.path.replace(/conanfile\.txt$/, 'conan.lock'));
  if (named.length === 0 && !sections.has('requires') && !sections.has('generators'))
    found.problem('corrupt', 'A manifest has no packages', file);
  const open = named.filter(({ reference }) => readReference(reference) === 'range');
  if (open.length > 0)
    found.problem('unsupported', 'A manifest leaves versions open', file, open[0]?.reference, !locked);
  for (const item of named) if (readReference(item.reference) !== 'range') addNamed(found, file, item);
}

function addNamed(found: Gatherer, file: ImageFile, { reference: text, build, direct }: Named): string | undefined {
  const reference = readReference(text);
  if (reference === undefined || reference === 'range') {
    found.problem('corrupt', 'A package has no usable name or version', file, text);
    return undefined;
  }
  const usage = { ...(direct && { direct: true as const }), ...(build && { scope: 'dev' as const }) };
  return add(found, file, reference, 'locked', usage);
}

/** In the cache the path names the package; elsewhere the file is what an installation into a folder left. */
function addInfo(found: Gatherer, file: ImageFile): void {
  const needs = (readSections(file.bytes).get('full_requires') ?? []).map(readReference);
  const [, name = '', version = '', user = '', channel = ''] = cached.exec(file.path) ?? [];
  const own = name === '' ? undefined : readReference(`${name}/${version}@${user}/${channel}`);
  const from = typeof own === 'object' ? add(found, file, own, 'installed', {}) : undefined;
  if (name !== '' && from === undefined)
    found.problem('corrupt', 'A package has no usable name or version', file, `${name}/${version}`);
  for (const need of needs) {
    if (need === undefined) found.problem('corrupt', 'A package has no usable name or version', file);
    if (typeof need !== 'object') continue;
    const to = add(found, file, need, 'locked', {});
    if (from !== undefined && to !== undefined) found.relate('depends-on', from, to);
  }
}

/** Only packages without user and channel are ConanCenter's. */
function add(
  found: Gatherer,
  file: ImageFile,
  { name, version, user, channel }: Reference,
  presence: 'installed' | 'locked',
  usage: { readonly direct?: true; readonly scope?: 'dev' },
): string | undefined {
  return found.add(
    {
      name,
      version,
      // Readers of package URLs want a namespace wherever there is a channel.
      purl: {
        type: 'conan',
        namespace: channel === undefined ? undefined : (user ?? '_'),
        name,
        qualifiers: { user, channel },
      },
      ecosystem: user === undefined && channel === undefined ? 'ConanCenter' : undefined,
      presence,
      usage,
    },
    file,
  );
}
