import type { Cataloger, CatalogInput, CatalogResult, ImageFile } from '../catalog.ts';
import { asArray, asObject, asText, readJson, readText } from '../document.ts';
import { type Gatherer, gather } from '../gather.ts';

/** Formulae and casks installed by Homebrew. */
export const brew: Cataloger = {
  id: 'brew',
  needs: [],
  endings: ['json', 'rb'],
  selects: (path) =>
    (path.endsWith('/INSTALL_RECEIPT.json') && (keg.test(path) || cask.test(path))) ||
    (path.endsWith('.rb') && formula.test(path)),
  catalog,
};

/** `Cellar/<name>/<version>/`, a keg, with its receipt and the formula that it was made by. */
const keg = /(?:^|\/)Cellar\/([^/]+)\/([^/]+)\/INSTALL_RECEIPT\.json$/;
const formula = /(?:^|\/)Cellar\/([^/]+)\/([^/]+)\/\.brew\/[^/]+\.rb$/;
const cask = /(?:^|\/)Caskroom\/([^/]+)\/\.metadata\/INSTALL_RECEIPT\.json$/;

interface Receipt {
  readonly tap?: string | undefined;
  readonly version?: string | undefined;
  readonly architecture?: string | undefined;
  readonly direct: boolean;
  readonly depends: readonly { readonly name: string; readonly version: string | undefined }[];
}

interface Keg {
  readonly name: string;
  readonly version: string;
  receipt?: ImageFile;
  formula?: ImageFile;
}

function catalog({ files }: CatalogInput): CatalogResult {
  const found = gather(brew.id);
  const kegs = new Map<string, Keg>();
  for (const file of files) {
    const [, token] = cask.exec(file.path) ?? [];
    if (token !== undefined) {
      addCask(found, file, token);
      continue;
    }
    const [, name = '', version = ''] = keg.exec(file.path) ?? formula.exec(file.path) ?? [];
    const key = file.path.replace(/(?:INSTALL_RECEIPT\.json|\.brew\/[^/]+)$/, '');
    const known = kegs.get(key) ?? { name, version };
    kegs.set(key, known);
    if (file.path.endsWith('.rb')) known.formula = file;
    else known.receipt = file;
  }
  const added = Array.from(kegs.values(), (entry) => addKeg(found, entry)).filter((entry) => entry !== undefined);
  const byName = Map.groupBy(added, ({ name }) => name);
  for (const { purl, depends } of added) {
    for (const { name, version } of depends) {
      const all = byName.get(name)?.slice(0, 8) ?? [];
      const same = all.filter((other) => other.version === version);
      for (const to of same.length > 0 ? same : all) found.relate('depends-on', purl, to.purl);
    }
  }
  return found.result();
}

function addKeg(
  found: Gatherer,
  { name, version, receipt: receiptFile, formula: formulaFile }: Keg,
):
  | { readonly name: string; readonly version: string; readonly purl: string; readonly depends: Receipt['depends'] }
  | undefined {
  const file = receiptFile ?? formulaFile;
  if (file === undefined) return undefined;
  const receipt = readReceipt(found, receiptFile);
  const { license, homepage } = readFormula(found, formulaFile);
  const { tap, architecture, direct, depends } = receipt;
  const purl = found.add(
    {
      name,
      version,
      purl: { type: 'brew', namespace: namespaceOf(tap, 'homebrew/core'), name: name.toLowerCase() },
      presence: 'installed',
      usage: direct ? { direct: true } : {},
      architecture,
      licenses: license === undefined ? [] : [license],
      source: receipt.version === undefined ? undefined : { name, version: receipt.version },
      metadata: homepage === undefined ? {} : { homepage },
    },
    file,
  );
  return purl === undefined ? undefined : { name, version, purl, depends };
}

/** A cask has no folder that names its version for sure; its receipt does. */
function addCask(found: Gatherer, file: ImageFile, token: string): void {
  const { tap, version, architecture, direct } = readReceipt(found, file);
  if (version === undefined) return found.problem('corrupt', 'A package has no usable name or version', file, token);
  const purl = { type: 'brew', namespace: namespaceOf(tap, ''), name: token.toLowerCase() };
  const usage = direct ? { direct: true as const } : {};
  found.add({ name: token, version, purl, presence: 'installed', usage, architecture }, file);
}

/** The tap is left out where it is the one that is meant when none is said. */
function namespaceOf(tap: string | undefined, usual: string): string | undefined {
  return tap === undefined || tap === usual || !/^[\w.-]+\/[\w.-]+$/.test(tap) ? undefined : tap;
}

const nothing: Receipt = { direct: false, depends: [] };

function readReceipt(found: Gatherer, file: ImageFile | undefined): Receipt {
  if (file === undefined) return nothing;
  let receipt = nothing;
  found.read(file, () => {
    const read = asObject(readJson(file.bytes));
    const source = asObject(read?.['source']);
    if (read === undefined || source === undefined)
      return found.problem('corrupt', 'An install receipt is damaged', file);
    receipt = {
      tap: asText(source['tap']),
      version: asText(source['version']) ?? asText(asObject(source['versions'])?.['stable']),
      architecture: asText(read['arch']),
      direct: read['installed_on_request'] === true,
      // The others are dependencies of dependencies.
      depends: (asArray(read['runtime_dependencies']) ?? []).flatMap((value) => {
        const entry = asObject(value);
        const name = asText(entry?.['full_name']);
        if (name === undefined || entry?.['declared_directly'] === false) return [];
        const version = asText(entry?.['pkg_version']) ?? asText(entry?.['version']);
        return [{ name: name.slice(name.lastIndexOf('/') + 1), version }];
      }),
    };
  });
  return receipt;
}

function readFormula(
  found: Gatherer,
  file: ImageFile | undefined,
): { readonly license?: string | undefined; readonly homepage?: string | undefined } {
  if (file === undefined) return {};
  let text = '';
  found.read(file, () => void (text = readText(file.bytes, 4 << 20)));
  const value = (name: string): string | undefined => new RegExp(`^ {2}${name} "([^"\\n]+)"$`, 'm').exec(text)?.[1];
  return { license: value('license'), homepage: value('homepage') };
}
