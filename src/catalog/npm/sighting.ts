import type { Usage } from '../../inventory/inventory.ts';
import type { ImageFile } from '../catalog.ts';
import type { Gatherer } from '../gather.ts';
import { shownOrigin } from '../origin.ts';
import { originOf } from './origin.ts';
import type { Reach } from './resolution.ts';

/** A package of Node as a file shows it. */
export interface NodePackage {
  readonly name: string | undefined;
  readonly version: string | undefined;
  readonly presence: 'installed' | 'locked';
  readonly usage?: Usage | undefined;
  readonly licenses?: readonly string[] | undefined;
  readonly integrity?: string | undefined;
  /** Address or path that it was taken from. */
  readonly resolved?: string | undefined;
  readonly homepage?: string | undefined;
  /** What it was read from, where that does not make it certain. */
  readonly identifiedBy?: string | undefined;
}

/** `@scope/name` or `name`, with none of the characters that npm's names never had, nor one that could not be read. */
const packageName = /^(?:@[^/@\s\uFFFD]+\/)?[^/@\s\uFFFD._][^/@\s\uFFFD]*$/;

/** Adds a package; gives its purl, or tells a problem of the file. */
export function addPackage(gatherer: Gatherer, file: ImageFile, found: NodePackage): string | undefined {
  const { name, version, presence, usage, licenses } = found;
  if (name === undefined || version === undefined || !packageName.test(name) || version.includes('\uFFFD')) {
    gatherer.problem('corrupt', 'A package has no usable name or version', file, detailOf(found));
    return undefined;
  }
  const slash = name.indexOf('/');
  const purl =
    slash < 0 ? { type: 'npm', name } : { type: 'npm', namespace: name.slice(0, slash), name: name.slice(slash + 1) };
  const origin = originOf(found.resolved);
  const { integrity, homepage, identifiedBy } = found;
  const metadata = {
    ...(identifiedBy === undefined ? {} : { identifiedBy, certainty: 'likely' as const }),
    ...(integrity === undefined ? {} : { integrity: integrity.slice(0, 1024) }),
    ...(origin === undefined ? {} : { origin }),
    ...(homepage === undefined ? {} : { homepage: homepage.slice(0, 1024) }),
  };
  return gatherer.add({ name, version, purl, ecosystem: 'npm', presence, usage, licenses, metadata }, file);
}

function detailOf({ name, version }: NodePackage): string {
  return `name ${JSON.stringify(name?.slice(0, 80) ?? null)}, version ${JSON.stringify(shownOrigin(version ?? '').slice(0, 80))}`;
}

/** The usage of a package that is asked for so; `undefined` where nothing is known of it. */
export function usageOf(reached: Reach | undefined, direct: boolean, root: boolean): Usage | undefined {
  if (reached === undefined && !direct && !root) return undefined;
  return {
    ...(root ? { root: true } : {}),
    ...(direct ? { direct: true } : {}),
    ...(reached === undefined || reached === 'needed' ? {} : { scope: reached }),
  };
}
