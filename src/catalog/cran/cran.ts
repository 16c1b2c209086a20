import type { Cataloger, CatalogInput, CatalogResult, ImageFile } from '../catalog.ts';
import { type Gatherer, gather } from '../gather.ts';
import { type Description, isUsable, namesIn, readDescription } from './description.ts';
import { ecosystemOf } from './origin.ts';
import { readRenvLock } from './renv-lock.ts';

/** R packages: installed ones in libraries, those that `renv.lock` names. */
export const cran: Cataloger = {
  id: 'cran',
  needs: [],
  endings: ['description', 'lock'],
  selects: (path) =>
    path.endsWith('/DESCRIPTION') ? places.test(path) : path === 'renv.lock' || path.endsWith('/renv.lock'),
  catalog,
};

/** Libraries of R, of users (`R/x86_64-pc-linux-gnu-library/4.2`), of renv and its cache, of packrat. */
const places = /(?:^|\/)(?:library|site-library|[^/]*-library|R|renv|packrat)\//;
/** `…/library/<package>/DESCRIPTION`: what is there is an installed package or a damaged one. */
const inLibrary = /(?:^|\/)(?:site-)?library\/[^/]+\/DESCRIPTION$/;

interface Installed {
  readonly name: string;
  readonly purl: string;
  readonly needed: readonly string[];
  readonly suggested: readonly string[];
}

function catalog({ files }: CatalogInput): CatalogResult {
  const found = gather(cran.id);
  const installed: Installed[] = [];
  for (const file of files) {
    if (file.path.endsWith('renv.lock')) found.read(file, () => readLock(found, file));
    else found.read(file, () => installed.push(...addInstalled(found, file)));
  }
  const byName = Map.groupBy(installed, ({ name }) => name);
  for (const { purl, needed, suggested } of installed) {
    for (const name of needed)
      for (const to of byName.get(name)?.slice(0, 8) ?? []) found.relate('depends-on', purl, to.purl);
    for (const name of suggested)
      for (const to of byName.get(name)?.slice(0, 8) ?? []) found.relate('depends-on', purl, to.purl, 'optional');
  }
  return found.result();
}

/** R lists as installed what has `Built`; packages within packages (tests of tools) have none. */
function addInstalled(found: Gatherer, file: ImageFile): Installed[] {
  const description = readDescription(file.bytes);
  const [name, version, built] = ['Package', 'Version', 'Built'].map((field) => description.get(field));
  const whole = built !== undefined && /^R \d[^;]*;.*;.*; *(?:unix|windows)$/.test(built);
  if (name === undefined || version === undefined || !whole) {
    if (inLibrary.test(file.path)) found.problem('corrupt', 'An installed package has no whole description', file);
    if (name === undefined || version === undefined || built === undefined) return [];
  }
  if (!isUsable(name, version)) {
    found.problem('corrupt', 'A package has no usable name or version', file, `${name} ${version}`.slice(0, 200));
    return [];
  }
  const own = description.get('Priority') === 'base';
  const { ecosystem, origin } = own ? {} : ecosystemOf(describedOrigin(description));
  const homepage = description.get('URL')?.split(/[\s,]/, 1)[0];
  const purl = found.add(
    {
      name,
      version,
      purl: { type: 'cran', name },
      ecosystem,
      presence: 'installed',
      licenses: licensesOf(description.get('License')),
      metadata: {
        builtWith: built.split(';', 1)[0]?.slice(0, 40) ?? '',
        ...(origin && { origin }),
        ...(homepage && { homepage }),
      },
    },
    file,
  );
  if (purl === undefined) return [];
  const needed = ['Depends', 'Imports', 'LinkingTo'].flatMap((field) => namesIn(description.get(field)));
  return [{ name, purl, needed, suggested: namesIn(description.get('Suggests')) }];
}

function describedOrigin(description: Description): Parameters<typeof ecosystemOf>[0] {
  const bioconductor = description.has('biocViews') ? 'Bioconductor' : undefined;
  return {
    repository: bioconductor ?? description.get('Repository'),
    remote: description.get('RemoteType'),
    user: description.get('RemoteUsername'),
    repo: description.get('RemoteRepo'),
    revision: description.get('RemoteSha'),
  };
}

function licensesOf(text: string | undefined): string[] {
  const license = (text ?? '').replace(/\s*[+|]\s*file LICEN[CS]E$/, '').trim();
  return license === '' || license.startsWith('file ') ? [] : [license];
}

function readLock(found: Gatherer, file: ImageFile): void {
  const lock = readRenvLock(file.bytes);
  if (lock === undefined) return found.problem('corrupt', 'A lock file has no packages', file);
  if (lock.damaged.length > 0)
    found.problem('corrupt', 'A package has no usable name or version', file, lock.damaged.slice(0, 5).join(', '));
  const purls = new Map<string, string>();
  for (const { name, version, ecosystem, origin } of lock.packages) {
    const metadata = origin === undefined ? {} : { origin };
    const purl = found.add(
      { name, version, purl: { type: 'cran', name }, ecosystem, presence: 'locked', metadata },
      file,
    );
    if (purl !== undefined) purls.set(name, purl);
  }
  for (const { name, depends } of lock.packages) {
    const from = purls.get(name);
    for (const other of depends) {
      const to = purls.get(other);
      if (from !== undefined && to !== undefined) found.relate('depends-on', from, to);
    }
  }
}
