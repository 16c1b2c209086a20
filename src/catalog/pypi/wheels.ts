import type { ImageFile } from '../catalog.ts';
import { addInstalled } from './installed.ts';
import { readArchiveName } from './names.ts';
import type { PythonPackages } from './packages.ts';
import { lastOf } from './paths.ts';
import { addVendored } from './vendored.ts';
import { joined, rootOf } from './wheel-archive.ts';
import { wheelExtractor } from './wheel-extractor.ts';
import { unpackWheelFacts, type WheelArchive } from './wheel-facts.ts';

/**
 * Adds what is in wheels and zipped eggs. They count as installed: Python imports from such a file as from a folder, which
 * is how `ensurepip`, `virtualenv` and an `easy-install.pth` use them, so that their code can be run as it lies there.
 */
export function addWheels(into: PythonPackages, files: readonly ImageFile[]): void {
  for (const file of files) {
    if (file.extractor !== wheelExtractor.id) continue;
    into.read(file, () => {
      const { archives, problems } = unpackWheelFacts(file.bytes);
      for (const { code, message, detail } of problems) into.problem(code, message, file, detail);
      for (const archive of archives) addArchive(into, file, archive);
    });
  }
}

/** What the archive says is read as if its members lay in a folder of packages. */
function addArchive(into: PythonPackages, file: ImageFile, { path, files }: WheelArchive): void {
  const name = lastOf(path === '' ? file.path : path);
  const root = rootOf(name);
  const by = root === 'site-packages/' ? 'wheel' : 'egg';
  const members = files.map(
    (member): ImageFile => ({
      path: root + member.path,
      bytes: Buffer.from(member.latin1, 'latin1'),
      layer: file.layer,
    }),
  );
  const inside = insideArchive(into, file, by, (member) => joined(path, member.path.slice(root.length)));
  const sites = addInstalled(inside, members);
  addVendored(inside, members, sites);
  if (sites.has('site-packages')) return;
  const named = by === 'wheel' ? readArchiveName(name) : undefined;
  into.problem('corrupt', 'A wheel has no usable metadata', file, path || name, named === undefined);
  const metadata = { identifiedBy: 'wheel name', certainty: 'likely' } as const;
  const within = path === '' ? {} : { within: path };
  if (named !== undefined) into.add({ ...named, presence: 'installed', metadata, ...within }, file);
}

/** The same collection for the members of an archive: their places are in it, and their problems are its own. */
function insideArchive(
  into: PythonPackages,
  file: ImageFile,
  identifiedBy: string,
  placeOf: (member: ImageFile) => string,
): PythonPackages {
  return {
    ...into,
    add: (sighting, member) =>
      into.add({ ...sighting, within: placeOf(member), metadata: { identifiedBy, ...sighting.metadata } }, file),
    problem(code, message, member, detail, lossy) {
      const place = placeOf(member);
      into.problem(code, message, file, detail === undefined ? place : `${place}: ${detail}`, lossy);
    },
    read: (member, reader) =>
      into.read(file, () => {
        reader(member);
      }),
    versionless: (name) => {
      into.versionless(name, file);
    },
  };
}
