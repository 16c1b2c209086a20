/*
 * Names of functions in a Go program (cmd/internal/objabi, `PathToPrefix`; the table of function names, `funcnametab`):
 *
 *   name    = package "." rest              rest: `Func`, `Type.Method`, `(*Type).Method`, `Func[...]`, `init.0.func1`
 *   package = path, in whose last element "." is "%2e", and quotes, "%" and what is not printable ASCII "%" 2HEXDIG anywhere
 */
import type { GoImport } from '../advisory/advisory.ts';

/** What is known of the code in a Go program. The build information lists modules; only the symbol table tells packages. */
export interface GoCode {
  /** Import paths of the packages that have functions in it; the program's own is `main`. */
  readonly packages: ReadonlySet<string>;
  /** Import path of the program's own package. */
  readonly main?: string;
  /** Whether the table was read to its end: else there may be others. */
  readonly isWhole: boolean;
}

/** Whether the code that has a flaw is in a program. */
export type CodePresence = 'present' | 'absent' | 'unknown';

/**
 * Whether packages that have a flaw are in a program. `absent` only where the record names packages and the whole table has
 * none of them: then no version of the module makes the program affected. The linker leaves out single functions too, and
 * inlines others, so that symbols that are missing from a package that is there prove nothing.
 */
export function codePresence(imports: readonly GoImport[] | undefined, code: GoCode | undefined): CodePresence {
  if (imports === undefined || imports.length === 0 || code === undefined) return 'unknown';
  if (imports.some(({ path }) => code.packages.has(path) || path === code.main)) return 'present';
  return code.isWhole && code.packages.size > 0 ? 'absent' : 'unknown';
}

/** The import path of the package that a function is of; undefined for what the linker or C made (`_cgo_…`, `type:.eq.…`). */
export function goPackageOf(name: string): string | undefined {
  // Type arguments have paths of their own.
  const bracket = name.indexOf('[');
  const plain = bracket < 0 ? name : name.slice(0, bracket);
  if (/^(?:type|go)[:.]/.test(plain)) return undefined;
  const dot = plain.indexOf('.', plain.lastIndexOf('/') + 1);
  if (dot <= 0) return undefined;
  return plain
    .slice(0, dot)
    .replace(/%([0-9a-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
