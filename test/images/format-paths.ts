// At which paths the catalogers read files, found by trying every path that their tests and their testdata name.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Ecosystem } from '../../src/scan/ecosystems.ts';
import { genuineProgram } from './genuine.ts';

/** A path that a format's cataloger or extractor wants, with a genuine file of the kind. */
export interface FormatPath {
  readonly path: string;
  readonly genuine: Buffer;
  /** What kind of name it has, which its genuine file is of. */
  readonly kind: string;
  /** Who wants it: an extractor's identifier, or none for the cataloger itself. */
  readonly extractor?: string;
}

const catalog = join(import.meta.dirname, '../../src/catalog');
/** Of one kind of name no more than these are tried. */
const mostOfKind = 2;
const mostPaths = 16;
const program = 'usr/bin/program';

interface Named {
  readonly path: string;
  /** The genuine content, when the path is of testdata. */
  readonly read?: () => Buffer;
}

/** The paths of a format, of each kind of name the shortest, those of samples first. */
export function formatPaths(ecosystem: Ecosystem): FormatPath[] {
  const takerOf = taker(ecosystem);
  const kinds = new Map<string, FormatPath[]>();
  const seen = new Set<string>();
  const genuine = new Map<string, Buffer>();
  const samples = filesOf(ecosystem).filter((file) => file.includes('/testdata/'));
  for (const { path, read } of namedPaths(ecosystem)) {
    const extractor = takerOf(path);
    if (extractor === undefined || seen.has(path)) continue;
    seen.add(path);
    const kind = kindOf(path, takerOf);
    const known = kinds.get(kind) ?? [];
    kinds.set(kind, known);
    if (known.length >= mostOfKind) continue;
    const sample = read?.() ?? genuine.get(kind) ?? similar(path, samples);
    genuine.set(kind, sample);
    // Each in a folder of its own, where the format does not say in which.
    const apart = `srv/${seen.size}/${path}`;
    const at = takerOf(apart) === extractor ? apart : path;
    known.push({ path: at, genuine: sample, kind, ...(extractor === '' ? {} : { extractor }) });
  }
  const ranked = Array.from({ length: mostOfKind }, (_, rank) =>
    [...kinds.values()].flatMap((known) => known[rank] ?? []),
  );
  return ranked.flat().slice(0, mostPaths);
}

/** The extractor that wants a path; an empty text where the cataloger itself does. */
function taker({ cataloger, extractors = [] }: Ecosystem): (path: string) => string | undefined {
  // Those that look at every file, to find programs, are shown one.
  const choosy = extractors.filter((one) => !one.selects('srv/anything.at.all'));
  return (path) => {
    if (cataloger.selects(path, 'packages') || cataloger.selects(path, 'files')) return '';
    return (path === program ? extractors : choosy).find((one) => one.selects(path))?.id;
  };
}

/** The name, or its ending where any name with that is wanted. */
function kindOf(path: string, takerOf: (path: string) => string | undefined): string {
  const slash = path.lastIndexOf('/') + 1;
  const name = path.slice(slash);
  const ending = name.includes('.', 1) ? name.slice(name.lastIndexOf('.')) : '';
  return takerOf(`${path.slice(0, slash)}another-9.9${ending}`) === undefined ? name : ending;
}

/** A genuine file whose name is most like that of the path: `app.go.mod` of `go.mod`, `conan-2.lock` of `conan.lock`. */
function similar(path: string, samples: readonly string[]): Buffer {
  const wanted = path.slice(path.lastIndexOf('/') + 1);
  const likeness: readonly ((name: string) => boolean)[] = [
    (name) => name.endsWith(wanted) || wanted.endsWith(name),
    (name) => name.replace(/-[\d.]+(?=\.|$)/, '') === wanted,
    (name) => wanted.includes('.', 1) && name.endsWith(wanted.slice(wanted.lastIndexOf('.'))),
  ];
  for (const alike of likeness) {
    const found = samples.find((file) => alike(file.slice(file.lastIndexOf('/') + 1).replace(/\.gz$/, '')));
    if (found !== undefined) return readSample(found);
  }
  return Buffer.from('{"name": "a", "version": "1.0.0"}\n');
}

function readSample(file: string): Buffer {
  return file.endsWith('.gz') ? gunzipSync(readFileSync(file)) : readFileSync(file);
}

function filesOf({ cataloger }: Ecosystem): string[] {
  return readdirSync(join(catalog, cataloger.id), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
}

function namedPaths(ecosystem: Ecosystem): Named[] {
  const { cataloger } = ecosystem;
  const files = filesOf(ecosystem);
  const samples = files.flatMap((file) => samplePaths(file, cataloger.needs));
  const written = files.filter((file) => /\.(?:ts|json)$/.test(file)).flatMap(literals);
  const shortest = (a: Named, b: Named): number => a.path.length - b.path.length || (a.path < b.path ? -1 : 1);
  return [
    ...samples.toSorted(shortest),
    { path: program, read: () => genuineProgram('go1.18-amd64') },
    ...written.toSorted(shortest),
  ];
}

/** A file of testdata at its own path, at those within it, and below the well-known folders; or the files in it. */
function samplePaths(file: string, needs: readonly string[]): Named[] {
  const [, inside] = file.split('/testdata/');
  if (inside === undefined || inside === 'README.md') return [];
  const read = (): Buffer => readSample(file);
  const parts = decodeURIComponent(inside).replace(/\.gz$/, '').split('/');
  const own = parts.flatMap((_, at) => {
    const path = parts.slice(at).join('/');
    return [path, `srv/x/${path}`, ...needs.map((need) => `${need}/${path}`)].map((one) => ({ path: one, read }));
  });
  return file.endsWith('.json') ? [...own, ...bundled(read())] : own;
}

/** The files of a project that is one document: their texts by their paths. */
function bundled(document: Buffer): Named[] {
  const files = Object.entries(JSON.parse(document.toString('utf8')) as object);
  return files.flatMap(([path, text]) =>
    typeof text === 'string' && path.includes('/') ? [{ path, read: () => Buffer.from(text) }] : [],
  );
}

/** Whatever a source text has in quotes that looks like a path. */
function literals(file: string): Named[] {
  const quoted = readFileSync(file, 'utf8').matchAll(/(['"`])([\w.@+~-][\w.@+~/:=-]{1,160})\1/g);
  return Array.from(quoted, ([, , path = '']) => ({ path }));
}
