import type { ProblemCode } from '../../inventory/inventory.ts';
import { asArray, asObject, asText, readJson } from '../document.ts';

/** Coordinates of an artifact as some file gives them; empty where it does not. */
export interface Coordinates {
  readonly group: string;
  readonly artifact: string;
  readonly version: string;
}

/** Coordinates that Maven wrote into an archive. */
export interface Descriptor extends Coordinates {
  /** `META-INF/maven/g/a/pom.properties`. */
  readonly path: string;
  /** Of the project's model, where that was read. */
  readonly licenses?: readonly string[];
}

/** A package that a bill of materials names. */
export interface Component {
  /** Type, namespace, name as in its purl. */
  readonly type: string;
  readonly namespace: string;
  readonly name: string;
  readonly version: string;
}

/** What one archive says of itself, with nothing concluded from it. */
export interface ArchiveFacts {
  /** Its path inside the outermost archive, `!` between archives; empty for that one itself. */
  readonly path: string;
  /** Position of the archive that holds it; absent for the outermost. */
  readonly parent?: number;
  readonly descriptors: readonly Descriptor[];
  /** Main attributes of the manifest, those of interest. */
  readonly manifest: Readonly<Record<string, string>>;
  /** Whether it has classes. */
  readonly classes: boolean;
  /** Packages of its classes, dotted, cut to four parts, the most frequent first. */
  readonly packages: readonly string[];
  /** Whether it is laid out as an application: `BOOT-INF/`, `WEB-INF/`. */
  readonly application: boolean;
  /** Path of a bill of materials in it, and what that names. */
  readonly bill?: { readonly path: string; readonly components: readonly Component[] };
}

/** Bad data met in an archive. */
export interface ArchiveProblem {
  readonly code: ProblemCode;
  readonly message: string;
  readonly detail: string;
}

/** What was kept of one archive and of all archives within it. */
export interface JarFacts {
  /** An archive comes before those within it. */
  readonly archives: readonly ArchiveFacts[];
  readonly problems: readonly ArchiveProblem[];
}

const format = 'jar facts 1';

/** Facts as bytes in their own memory. */
export function packFacts(facts: JarFacts): Uint8Array {
  return Uint8Array.from(Buffer.from(JSON.stringify({ format, ...facts })));
}

/** Facts from `packFacts`. Throws `DocumentError` or `TypeError` for other bytes. */
export function unpackFacts(bytes: Uint8Array): JarFacts {
  const value = asObject(readJson(bytes));
  if (asText(value?.['format']) !== format || !asArray(value?.['archives'])) throw new TypeError('these are no facts');
  return value as unknown as JarFacts;
}
