import type { Cataloger, CatalogInput, CatalogResult, ImageFile } from '../catalog.ts';
import { asArray, asObject, asText, DocumentError, entriesOf, readYaml, textsOf } from '../document.ts';
import { type Gatherer, gather } from '../gather.ts';
import { shownOrigin } from '../origin.ts';

/**
 * What a project of CocoaPods is locked to, `Podfile.lock`:
 *
 *   {PODS: [pod | {pod: [need, …]}], DEPENDENCIES: [need, …], "EXTERNAL SOURCES": {name: {:git | :path | …}},
 *    "CHECKOUT OPTIONS": {name: {:git, :commit | :tag}}, "SPEC CHECKSUMS": {name: digest}, COCOAPODS: version}
 *
 *   pod = name ["/" part] " (" version ")";  need = name ["/" part] [" (" requirement ")"]
 *
 * A pod is there once for each of its parts that is used. OSV has no advisories for pods: they are listed only.
 */
export const cocoapods: Cataloger = { id: 'cocoapods', needs: [], endings: ['lock'], selects, catalog };

function selects(path: string): boolean {
  return path.endsWith('Podfile.lock') && (path.length === 12 || path.at(-13) === '/');
}

function catalog(input: CatalogInput): CatalogResult {
  const gatherer = gather(cocoapods.id);
  for (const file of input.files) {
    if (selects(file.path)) gatherer.read(file, () => readLock(file, gatherer));
  }
  return gatherer.result();
}

const podText = /^([^\s/()]+)(?:\/[^\s()]+)? \(([^()\s]+)(?:,[^()]*)?\)$/;
const needText = /^([^\s/()]+)/;

function readLock(file: ImageFile, gatherer: Gatherer): void {
  const document = asObject(readYaml(file.bytes));
  const pods = asArray(document?.['PODS']);
  if (pods === undefined) throw new DocumentError('corrupt', 'A lock file of CocoaPods has no pods');
  const direct = new Set(textsOf(document?.['DEPENDENCIES']).map(nameOf));
  const digests = new Map(entriesOf(document?.['SPEC CHECKSUMS']));
  if (digests.size === 0 && pods.length > 0) gatherer.problem('corrupt', 'A lock file of CocoaPods is not whole', file);
  const places = new Map([...entriesOf(document?.['EXTERNAL SOURCES']), ...entriesOf(document?.['CHECKOUT OPTIONS'])]);
  const purls = new Map<string, string>();
  const needs: (readonly [string, readonly string[]])[] = [];
  for (const item of pods) {
    const [text, list] = entriesOf(item)[0] ?? [asText(item), undefined];
    const [, name, version] = podText.exec(text ?? '') ?? [];
    if (name === undefined || version === undefined) {
      gatherer.problem('corrupt', 'A pod cannot be understood', file, text);
      continue;
    }
    const integrity = asText(digests.get(name));
    const origin = originOf(places.get(name));
    const purl = gatherer.add(
      {
        name,
        version,
        purl: { type: 'cocoapods', name },
        presence: 'locked',
        usage: direct.has(name) ? { direct: true } : {},
        metadata: { ...(integrity === undefined ? {} : { integrity }), ...(origin === undefined ? {} : { origin }) },
      },
      file,
    );
    if (purl === undefined) continue;
    purls.set(name, purl);
    needs.push([purl, textsOf(list)]);
  }
  for (const [from, list] of needs) {
    for (const need of list) {
      const to = purls.get(nameOf(need));
      if (to !== undefined) gatherer.relate('depends-on', from, to);
    }
  }
}

function nameOf(need: string): string {
  return needText.exec(need)?.[1] ?? '';
}

function originOf(place: unknown): string | undefined {
  const options = new Map(entriesOf(place).map(([key, value]) => [key.replace(/^:/, ''), asText(value)]));
  const address = options.get('git') ?? options.get('path') ?? options.get('podspec') ?? options.get('http');
  const revision = options.get('commit') ?? options.get('tag') ?? options.get('branch');
  return address === undefined ? undefined : [shownOrigin(address), revision].filter(Boolean).join('#');
}
