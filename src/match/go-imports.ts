import type { GoImport } from '../advisory/advisory.ts';
import type { Package } from '../inventory/inventory.ts';

const library = 'stdlib';

/**
 * Why the code that has a flaw is in no program, though the module is; `undefined` where it may be in one. The record must
 * name the packages that have it, and of none of them may there be a function in the image's programs, while there are of
 * others of the module.
 *
 * That single functions are missing from a package that is there proves nothing, for they may have been inlined. A package
 * without any function is another matter: the table names inlined ones too, as long as one instruction is left of them. What
 * leaves none are types, constants and variables, so that of a record without functions (`symbols`) nothing follows, and
 * functions of which only a constant result was left.
 */
export function unusedCode(
  { metadata }: Package,
  module: string,
  imports: readonly GoImport[] | undefined,
): string | undefined {
  const packages = metadata.kind === 'language' ? metadata.packages : undefined;
  if (imports === undefined || imports.length === 0 || packages === undefined || packages.length === 0)
    return undefined;
  const mayBeThere = imports.some(({ path, symbols }) => {
    const within = nameWithin(path, module);
    return symbols.length === 0 || within === undefined || within.some((name) => packages.includes(name));
  });
  return mayBeThere ? undefined : 'no Go program in the image has code of the packages that have the flaw';
}

/** What a package may be called in its module; `undefined` where it is of another. */
function nameWithin(path: string, module: string): readonly string[] | undefined {
  // The library has copies of packages of other modules.
  if (module === library) return [path, `vendor/${path}`];
  if (path === module) return ['.'];
  return path.startsWith(`${module}/`) ? [path.slice(module.length + 1)] : undefined;
}
