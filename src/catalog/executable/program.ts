import type { ProblemCode } from '../../inventory/inventory.ts';
import type { ToldVersion } from '../program/version-search.ts';

/** The identifier of the extractor that looks into programs. */
export const programExtractor = 'executable';

/** What was kept of a program. */
export interface Program {
  readonly format: 'elf' | 'pe' | 'mach-o';
  /** Build info of Go (`debug/buildinfo`): the version of Go, and the text about modules without its markers. */
  readonly go?: GoBuild | undefined;
  /** What cargo-auditable put in: JSON. */
  readonly rust?: string | undefined;
  /** What GraalVM put in: a bill of materials in the format CycloneDX, compressed with gzip, in Base64. */
  readonly bill?: string | undefined;
  /** What its own text tells, where it has a known name and nothing else was built in. */
  readonly versions?: readonly ToldVersion[] | undefined;
  readonly faults: readonly ProgramFault[];
}

/** What is known of how Go built a program. */
export interface GoBuild {
  readonly version?: string | undefined;
  readonly modules?: string | undefined;
  /** Import paths of all packages that have functions in it; absent where they can't be told. */
  readonly packages?: readonly string[] | undefined;
}

/** What could not be read of a program, and whose packages that concerns. */
export interface ProgramFault {
  readonly of: 'go' | 'rust' | 'java' | 'program';
  readonly code: ProblemCode;
  /** Constant text. */
  readonly message: string;
  readonly detail?: string;
  readonly lossy: boolean;
}

/** A program as the bytes that an extractor hands on, in their own memory. */
export function writeProgram(program: Program): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(program));
}
