import type { Cataloger, CatalogInput, CatalogResult, ImageFile } from '../catalog.ts';
import { asArray, asObject, asText, DocumentError, readJson } from '../document.ts';
import { type Gatherer, gather } from '../gather.ts';
import { shownOrigin } from '../origin.ts';

/**
 * Packages of Swift that a project is pinned to (`Package.resolved` of the Swift Package Manager), versions 1, 2 and 3:
 *
 *   {"object": {"pins": [{"package": …, "repositoryURL": …, "state": state}]}, "version": 1}
 *   {"pins": [{"identity": …, "kind": kind, "location": …, "state": state}], "originHash": …, "version": 2 | 3}
 *
 *   kind  = "remoteSourceControl" | "localSourceControl" | "registry"
 *   state = {"branch": …, "revision": …, "version": …}    a pin to a branch or a revision has no version
 */
export const swift: Cataloger = { id: 'swift', needs: [], endings: ['resolved'], selects, catalog };

const ecosystem = 'SwiftURL';

function selects(path: string): boolean {
  return path.endsWith('Package.resolved') && (path.length === 16 || path.at(-17) === '/');
}

function catalog(input: CatalogInput): CatalogResult {
  const gatherer = gather(swift.id);
  for (const file of input.files) {
    if (selects(file.path)) gatherer.read(file, () => readPins(file, gatherer));
  }
  return gatherer.result();
}

function readPins(file: ImageFile, gatherer: Gatherer): void {
  const document = asObject(readJson(file.bytes));
  const pins = asArray(document?.['pins']) ?? asArray(asObject(document?.['object'])?.['pins']);
  if (pins === undefined) throw new DocumentError('corrupt', 'A list of pinned packages has no pins');
  for (const item of pins) {
    const pin = asObject(item) ?? {};
    const state = asObject(pin['state']);
    const revision = asText(state?.['revision']);
    const version = asText(state?.['version']) ?? revision ?? '';
    const branch = asText(state?.['branch']);
    const identity = asText(pin['identity']) ?? asText(pin['package']) ?? '';
    const location = asText(pin['location']) ?? asText(pin['repositoryURL']) ?? '';
    const isTagged = asText(state?.['version']) !== undefined;
    const origin = isTagged ? undefined : `${shownOrigin(location)}#${branch ?? version}`;
    const identified = asText(pin['kind']) === 'registry' ? ofRegistry(identity) : ofRepository(location, identity);
    gatherer.add(
      { ...identified, version, presence: 'locked', metadata: origin === undefined ? {} : { origin } },
      file,
    );
  }
}

interface Identified {
  readonly name: string;
  readonly purl: { readonly type: string; readonly namespace?: string; readonly name: string };
  readonly ecosystem?: string;
}

const withScheme = /^[a-z][a-z\d+.-]*:\/\/(?:[^/@]*@)?([^/:]+)(?::\d+)?\/(.+)$/i;
const ofSsh = /^(?:[^/@:]+@)?([^/@:]+):(?!\/)(.+)$/;

/** A repository by its address without scheme and `.git`, as advisories name it. */
function ofRepository(location: string, identity: string): Identified {
  const [, host, path] =
    (location.startsWith('file:') ? null : (withScheme.exec(location) ?? ofSsh.exec(location))) ?? [];
  const parts =
    path
      ?.replace(/\/+$/, '')
      .replace(/\.git$/, '')
      .split('/') ?? [];
  const last = parts.at(-1);
  // A folder of this machine is in no registry.
  if (host === undefined || last === undefined || last === '')
    return { name: identity, purl: { type: 'generic', name: identity } };
  const namespace = [host.toLowerCase(), ...parts.slice(0, -1)].join('/');
  return { name: `${namespace}/${last}`, purl: { type: 'swift', namespace, name: last }, ecosystem };
}

/** A package of a registry: `scope.name` (SE-0292). Advisories speak of repositories only. */
function ofRegistry(identity: string): Identified {
  const dot = identity.indexOf('.');
  const [namespace, name] = [identity.slice(0, Math.max(dot, 0)), identity.slice(dot + 1)];
  return namespace === ''
    ? { name: identity, purl: { type: 'generic', name: identity } }
    : { name: `${namespace}/${name}`, purl: { type: 'swift', namespace, name } };
}
