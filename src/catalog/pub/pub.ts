import type { Cataloger, CatalogInput, CatalogResult, ImageFile } from '../catalog.ts';
import { asObject, asText, DocumentError, entriesOf, readText, readYaml } from '../document.ts';
import { type Gatherer, gather } from '../gather.ts';
import { shownOrigin } from '../origin.ts';

/**
 * Packages of Dart and Flutter: what a project is locked to, and what is in the cache of pub.
 *
 *   pubspec.lock = {packages: {name: {dependency: "direct main" | "direct dev" | "direct overridden" | "transitive",
 *                   source: "hosted" | "git" | "path" | "sdk", description: …, version: …}}, sdks: …}
 *   description  = {name, url, sha256} | {url, ref, resolved-ref, path} | {path, relative} | name of an SDK
 *   cache        = hosted/<server>/<name>-<version>/pubspec.yaml
 */
export const pub: Cataloger = { id: 'pub', needs: [], endings: ['lock', 'yaml'], selects, catalog };

const ecosystem = 'Pub';
const maximumSpecification = 1 << 20;

function selects(path: string): boolean {
  if (path.endsWith('pubspec.lock')) return path.length === 12 || path.at(-13) === '/';
  if (!path.endsWith('/pubspec.yaml')) return false;
  // The cache of pub: of others, only their lock file says versions.
  return `/${path}`.split('/').at(-4) === 'hosted';
}

function catalog(input: CatalogInput): CatalogResult {
  const gatherer = gather(pub.id);
  for (const file of input.files) {
    if (!selects(file.path)) continue;
    gatherer.read(file, () => {
      if (file.path.endsWith('.lock')) readLock(file, gatherer);
      else readCached(file, gatherer);
    });
  }
  return gatherer.result();
}

const folderName = /^(\w+)-(\d.*)$/;
const homepageLine = /^(?:homepage|repository):[ \t]*["']?(https?:[^\s"']+)/m;
const nameLine = /^name:[ \t]*["']?(\w+)/m;

function readCached(file: ImageFile, gatherer: Gatherer): void {
  const [, name, version] = folderName.exec(file.path.split('/').at(-2) ?? '') ?? [];
  const text = readText(file.bytes, maximumSpecification);
  if (name === undefined || version === undefined || nameLine.exec(text)?.[1] !== name)
    throw new DocumentError('corrupt', 'A package in the cache has another name than its folder');
  const server = file.path.split('/').at(-3) ?? '';
  const homepage = homepageLine.exec(text)?.[1];
  gatherer.add(
    {
      name,
      version: decoded(version),
      purl: { type: 'pub', name },
      ecosystem,
      presence: 'installed',
      metadata: {
        ...(isPublic(server) ? {} : { origin: server }),
        ...(homepage === undefined ? {} : { homepage }),
      },
    },
    file,
  );
}

function readLock(file: ImageFile, gatherer: Gatherer): void {
  const document = asObject(readYaml(file.bytes));
  const packages = asObject(document?.['packages']);
  // A project without dependencies has an empty map.
  if (packages === undefined || document?.['sdks'] === undefined)
    gatherer.problem('corrupt', 'A lock file of pub is not whole', file);
  for (const [name, value] of entriesOf(packages)) {
    const entry = asObject(value) ?? {};
    const dependency = asText(entry['dependency']);
    const isSdk = entry['source'] === 'sdk';
    const { integrity, origin } = sourceOf(entry);
    gatherer.add(
      {
        name,
        version: asText(entry['version']) ?? '',
        purl: { type: 'pub', name },
        // What comes with an SDK is in no registry.
        ecosystem: isSdk ? undefined : ecosystem,
        presence: 'locked',
        usage: {
          ...(dependency?.startsWith('direct') ? { direct: true } : {}),
          ...(dependency === 'direct dev' ? { scope: 'dev' } : {}),
        },
        metadata: { ...(integrity === undefined ? {} : { integrity }), ...(origin === undefined ? {} : { origin }) },
      },
      file,
    );
  }
}

function sourceOf(entry: Readonly<Record<string, unknown>>): { integrity?: string; origin?: string } {
  const description = asObject(entry['description']);
  const [url, path] = [asText(description?.['url']), asText(description?.['path'])];
  switch (entry['source']) {
    case 'hosted': {
      const hash = asText(description?.['sha256']);
      const isOther = url !== undefined && !isPublic(URL.parse(url)?.hostname ?? '');
      return {
        ...(hash === undefined ? {} : { integrity: `sha256:${hash}` }),
        ...(isOther ? { origin: shownOrigin(url) } : {}),
      };
    }
    case 'git': {
      const revision = asText(description?.['resolved-ref']);
      return url === undefined ? {} : { origin: [shownOrigin(url), revision].filter(Boolean).join('#') };
    }
    case 'path':
      return path === undefined ? {} : { origin: path };
    default:
      return { origin: `sdk ${asText(entry['description']) ?? ''}`.trim() };
  }
}

/** Whether it is a name of the public registry: `pub.` and a short domain, now and before. */
function isPublic(server: string): boolean {
  return /^pub\.dart[a-z]+\.org$|^pub\.dev$/.test(server);
}

/** In the cache, what file systems don't take is written as `%` and its number. */
function decoded(version: string): string {
  return version.replace(/%(\d{1,3})/g, (_whole, code: string) => String.fromCharCode(Number(code)));
}
