import type { Cataloger, CatalogInput, CatalogResult, ImageFile } from '../catalog.ts';
import { asObject, asText, readJson } from '../document.ts';
import { gather } from '../gather.ts';
import { addDependencyList, type NugetReading, packageOf } from './deps.ts';
import { dllExtractor } from './dll-extractor.ts';
import { addCentralVersions, addLockFile, addPackagesConfig } from './lock-files.ts';

const readers: ReadonlyMap<string, (file: ImageFile, reading: NugetReading) => void> = new Map([
  ['packages.lock.json', addLockFile],
  ['packages.config', addPackagesConfig],
  ['Directory.Packages.props', addCentralVersions],
]);

/** Packages of .NET: what programs list they were built with, shared frameworks, lock files, and assemblies of no list. */
export const nuget: Cataloger = { id: 'nuget', needs: [], endings: ['json', 'config', 'props'], selects, catalog };

function selects(path: string): boolean {
  return path.endsWith('.deps.json') || readers.has(path.slice(path.lastIndexOf('/') + 1));
}

function catalog(input: CatalogInput): CatalogResult {
  const gatherer = gather(nuget.id);
  const spellings = new Map<string, string>();
  const spell = (name: string): string => {
    const key = name.toLowerCase();
    const known = spellings.get(key) ?? name;
    spellings.set(key, known);
    return known;
  };
  const reading: NugetReading = { gatherer, spell, listed: new Set() };
  const assemblies = input.files.filter(({ extractor }) => extractor === dllExtractor.id);
  const documents = input.files.filter(({ path, extractor }) => extractor === undefined && selects(path));
  // Lists of what is there know best how a name is written.
  for (const file of documents.filter(({ path }) => path.endsWith('.deps.json')))
    gatherer.read(file, () => addDependencyList(file, reading));
  for (const file of documents) {
    const reader = readers.get(file.path.slice(file.path.lastIndexOf('/') + 1));
    if (reader !== undefined) gatherer.read(file, () => reader(file, reading));
  }
  for (const file of assemblies) {
    if (!reading.listed.has(file.path.toLowerCase())) gatherer.read(file, () => addAssembly(file, reading));
  }
  return gatherer.result();
}

const versionStart = /^v?(\d+(?:\.\d+){1,3}(?:-[\dA-Za-z.-]+)?)(?=$|[+ ])/;

/** An assembly that no list speaks of: most have the name of their package, and its version as that of their product. */
function addAssembly(file: ImageFile, { gatherer, spell }: NugetReading): void {
  const kept = asObject(readJson(file.bytes));
  const version = [kept?.['productVersion'], kept?.['fileVersion']]
    .map((text) => versionStart.exec(asText(text) ?? '')?.[1])
    .find((text) => text !== undefined);
  if (version === undefined) {
    gatherer.problem('unsupported', 'An assembly does not say its version', file, undefined, false);
    return;
  }
  const name = spell(file.path.slice(file.path.lastIndexOf('/') + 1).replace(/\.(?:dll|exe)$/i, ''));
  const metadata = { identifiedBy: 'version resource', certainty: 'guessed' } as const;
  gatherer.add({ ...packageOf(name, version, 'installed'), metadata }, file);
}
