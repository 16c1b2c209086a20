import { asObject, asText, entriesOf, readJson, textsOf } from '../document.ts';
import { isUsable, namesIn } from './description.ts';
import { ecosystemOf, type Origin } from './origin.ts';

/** A package that `renv.lock` names. */
export interface LockedPackage extends Origin {
  readonly name: string;
  readonly version: string;
  readonly depends: readonly string[];
}

/**
 * Reads `renv.lock`: an object `Packages` by name, each with `Package`, `Version`, `Source` (`Repository`,
 * `Bioconductor`, `GitHub`, …) and `Requirements`, since renv 1.1 with the fields of its description instead.
 * `damaged` are entries without name or version. Throws `DocumentError`.
 */
export function readRenvLock(
  bytes: Uint8Array,
): { readonly packages: readonly LockedPackage[]; readonly damaged: readonly string[] } | undefined {
  const listed = asObject(asObject(readJson(bytes))?.['Packages']);
  if (listed === undefined) return undefined;
  const packages: LockedPackage[] = [];
  const damaged: string[] = [];
  for (const [key, value] of entriesOf(listed)) {
    const entry = asObject(value) ?? {};
    const text = (field: string): string | undefined => asText(entry[field]);
    const [name = key, version] = [text('Package'), text('Version')];
    if (version === undefined || !isUsable(name, version)) damaged.push(key);
    else {
      const depends = ['Requirements', 'Depends', 'Imports', 'LinkingTo'].flatMap((field) =>
        textsOf(entry[field]).flatMap(namesIn),
      );
      packages.push({ name, version, depends, ...ecosystemOf(lockedOrigin(text)) });
    }
  }
  return { packages, damaged };
}

function lockedOrigin(text: (field: string) => string | undefined): Parameters<typeof ecosystemOf>[0] {
  const source = text('Source');
  return {
    repository:
      source === 'Bioconductor' ? 'Bioconductor' : source === 'Repository' ? (text('Repository') ?? 'CRAN') : undefined,
    remote: text('RemoteType'),
    user: text('RemoteUsername'),
    repo: text('RemoteRepo'),
    revision: text('RemoteSha'),
  };
}
