import type { ImageFile } from '../catalog.ts';
import { asArray, asObject, asText, readJson } from '../document.ts';
import { type Program, type ProgramFault, programExtractor } from './program.ts';

/** The program of an extracted file; `undefined` when the file is none. Throws `DocumentError`. */
export function readProgram(file: ImageFile): Program | undefined {
  if (file.extractor !== programExtractor) return undefined;
  const value = asObject(readJson(file.bytes));
  const go = asObject(value?.['go']);
  return {
    format: value?.['format'] as Program['format'],
    go: go && {
      version: asText(go['version']),
      modules: asText(go['modules']),
      packages: asArray(go['packages']) as NonNullable<Program['go']>['packages'],
    },
    rust: asText(value?.['rust']),
    bill: asText(value?.['bill']),
    versions: (asArray(value?.['versions']) ?? []) as NonNullable<Program['versions']>,
    faults: (asArray(value?.['faults']) ?? []) as readonly ProgramFault[],
  };
}
