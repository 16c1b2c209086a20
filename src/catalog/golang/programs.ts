import type { ImageFile } from '../catalog.ts';
import { readProgram } from '../executable/read-program.ts';
import type { Gatherer, Sighting } from '../gather.ts';
import { type BuildInfo, type BuiltModule, readBuildInfo } from './build-info.ts';
import { golangPurl, moduleSighting } from './module.ts';
import { type BuiltPackages, builtPackages } from './packages.ts';
import { isOnlyCommit, rootVersion, standardLibraryVersion } from './versions.ts';

/** Modules of one program; far above what any has. */
const maximumModules = 20_000;

/**
 * Adds what was built into a program. Gives what adds its main module, for after all others: one that is also a
 * dependency elsewhere is to be judged as that.
 */
export function addProgram(file: ImageFile, into: Gatherer): (() => void) | undefined {
  const program = readProgram(file);
  if (program === undefined) return undefined;
  for (const { of, code, message, detail, lossy } of program.faults) {
    if (of === 'go') into.problem(code, message, file, detail, lossy);
  }
  if (program.go === undefined) return undefined;
  const { version = '', modules = '', packages } = program.go;
  const info = readBuildInfo(modules);
  const has = builtPackages(info, packages);
  if (info.faults.length > 0)
    into.problem('corrupt', 'The build info of a Go program is damaged', file, info.faults[0]);
  if (isSilent(info, modules)) into.problem('unreadable', 'A Go program does not say which modules it has', file);
  // With a command of Go comes the source of the whole library.
  const used = isCommandOfGo(info) ? undefined : has.library;
  const library = version === '' ? undefined : into.add(sightingOfGo('stdlib', version, used), file);
  if (version !== '' && isCommandOfGo(info)) into.add(sightingOfGo('toolchain', version), file);
  const built = info.modules
    .slice(0, maximumModules)
    .flatMap((module) => into.add(sightingOf(module, has), file) ?? []);
  if (info.modules.length > maximumModules) into.problem('too-large', 'Too many modules in a Go program', file);
  return () => {
    const root = rootSighting(info, version, has);
    const from = root && into.add(root, file);
    if (from === undefined) return;
    for (const to of [...built, ...(library === undefined ? [] : [library])]) into.relate('depends-on', from, to);
  };
}

/** What neither `go build` of a module nor of single files leaves: built by other tools, or without modules. */
function isSilent({ path, main, modules }: BuildInfo, text: string): boolean {
  if (main !== undefined || modules.length > 0) return false;
  if (text === '' || path === undefined) return true;
  // Go's own commands have none; nor has what single files outside of modules can import.
  return path.split('/')[0]?.includes('.') ?? false;
}

/** Whether it is `go` itself, its compiler or another command of its release, which advisories call the toolchain. */
function isCommandOfGo({ path, main }: BuildInfo): boolean {
  return main === undefined && (path?.startsWith('cmd/') ?? false);
}

/** What a release of Go brings: the standard library in each program, or the toolchain. */
function sightingOfGo(name: 'stdlib' | 'toolchain', builtWith: string, packages?: readonly string[]): Sighting {
  return {
    name,
    version: standardLibraryVersion(builtWith),
    purl: golangPurl(name),
    ecosystem: 'Go',
    presence: 'installed',
    metadata: { builtWith, ...(packages === undefined ? {} : { packages }) },
  };
}

function sightingOf(module: BuiltModule, has: BuiltPackages): Sighting {
  const sum = (module.replacement ?? module).sum;
  const packages = has.of(module.path);
  const metadata = {
    ...(sum === undefined ? {} : { integrity: sum }),
    ...(packages === undefined ? {} : { packages }),
  };
  return moduleSighting(module, { presence: 'installed', metadata });
}

function rootSighting(info: BuildInfo, builtWith: string, has: BuiltPackages): Sighting | undefined {
  const { main } = info;
  if (main === undefined) return undefined;
  const { version, identifiedBy, certainty } = rootVersion(info);
  const integrity = main.sum;
  const packages = has.of(main.path);
  return {
    name: main.path,
    version,
    purl: golangPurl(main.path),
    ecosystem: isOnlyCommit(version) ? undefined : 'Go',
    presence: 'installed',
    usage: { root: true },
    metadata: {
      ...(builtWith === '' ? {} : { builtWith }),
      ...(identifiedBy === undefined ? {} : { identifiedBy }),
      ...(certainty === undefined ? {} : { certainty }),
      ...(integrity === undefined ? {} : { integrity }),
      ...(packages === undefined ? {} : { packages }),
    },
  };
}
