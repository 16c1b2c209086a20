import type { Cataloger, CatalogInput, CatalogResult, ImageFile } from '../catalog.ts';
import { readProgram } from '../executable/read-program.ts';
import { type Gatherer, gather } from '../gather.ts';
import { javaNames, readJavaRelease } from './java.ts';
import { namesOf, type ProgramNames } from './programs.ts';
import scripts from './scripts.json' with { type: 'json' };
import type { ToldVersion } from './version-search.ts';

/** What is known of a program that is no machine code: where its version stands. */
interface Script {
  readonly name: string;
  /** End of the path. */
  readonly file: string;
  /** Without which the file is another's. */
  readonly marker: string;
  readonly pattern: RegExp;
  readonly knownAs: readonly string[];
}

const known: readonly Script[] = scripts.map((script) => ({ ...script, pattern: new RegExp(script.pattern, 'm') }));
const javaRelease = '/release';
/** Files of the kind are small; what is longer is another's. */
const looked = 64 << 10;

/**
 * Programs that no package manager owns, by what they say of themselves: machine code through the extractor for programs,
 * Java's `release` file, and scripts. Which of them are a package's own is known only when all packages are.
 */
export const program: Cataloger = {
  id: 'program',
  needs: [],
  endings: ['release', 'otp_version', 'php'],
  selects: (path) => isRelease(path) || scriptAt(path) !== undefined,
  catalog,
};

function isRelease(path: string): boolean {
  return path.endsWith(javaRelease);
}

function scriptAt(path: string): Script | undefined {
  return known.find(({ file }) => path.endsWith(file));
}

function catalog({ files }: CatalogInput): CatalogResult {
  const found = gather(program.id);
  const names = new Map<string, ProgramNames>();
  for (const file of files) {
    found.read(file, () => {
      for (const { name, version } of toldBy(file, found)) {
        const known = namesIn(name);
        const purl = found.add(sightingOf(name, version, known.ecosystem), file);
        if (purl !== undefined) names.set(purl, known);
      }
    });
  }
  const { packages, ...rest } = found.result();
  const named = packages.map((one) => {
    const knownAs = names.get(one.purl)?.knownAs;
    return knownAs === undefined ? one : { ...one, knownAs };
  });
  return { ...rest, packages: named };
}

function sightingOf(name: string, version: string, ecosystem: string): Parameters<Gatherer['add']>[0] {
  const metadata = { identifiedBy: 'version text', certainty: 'likely' } as const;
  return { name, version, purl: { type: 'generic', name }, ecosystem, presence: 'installed', metadata };
}

function namesIn(name: string): ProgramNames {
  const script = known.find((one) => one.name === name);
  return namesOf(name) ?? { ecosystem: 'CPE', knownAs: script?.knownAs ?? javaNames(name) };
}

function toldBy(file: ImageFile, found: Gatherer): readonly ToldVersion[] {
  if (file.extractor !== undefined) return toldByProgram(file, found);
  const text = Buffer.from(file.bytes.buffer, file.bytes.byteOffset, Math.min(file.bytes.length, looked)).toString(
    'latin1',
  );
  const told = isRelease(file.path) ? readJavaRelease(text) : toldByScript(file.path, text);
  if (told !== 'damaged') return told === undefined ? [] : [told];
  found.problem('corrupt', 'A file that should tell the version of a program does not', file);
  return [];
}

function toldByProgram(file: ImageFile, found: Gatherer): readonly ToldVersion[] {
  const { versions = [], faults = [] } = readProgram(file) ?? {};
  for (const { of, code, message, detail, lossy } of faults) {
    if (of === 'program') found.problem(code, message, file, detail, lossy);
  }
  return versions;
}

function toldByScript(path: string, text: string): ToldVersion | 'damaged' | undefined {
  const script = scriptAt(path);
  if (script === undefined || !text.includes(script.marker)) return undefined;
  const version = script.pattern.exec(text)?.[1];
  return version === undefined ? 'damaged' : { name: script.name, version };
}
