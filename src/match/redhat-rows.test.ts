import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Installed, installed, judgedBy } from './redhat.contract.ts';

const samples = new URL('../../../shared/feeds/samples/redhat/csaf-vex/', import.meta.url);
const absent = !existsSync(samples);
const why = absent ? ' (SKIPPED: the samples ../shared/feeds/samples are not here)' : '';

/** One package of one product, as a document has it, read by other means than the source's. */
interface Row {
  readonly id: string;
  readonly status: string;
  readonly cpe: string;
  readonly name: string;
  readonly version: string;
  readonly arch: string;
  readonly label: string;
}

interface Node {
  readonly product?: {
    readonly product_id: string;
    readonly product_identification_helper?: Partial<Record<string, string>>;
  };
  readonly branches?: readonly Node[];
}

interface Document {
  readonly product_tree: {
    readonly branches: readonly Node[];
    readonly relationships: readonly {
      readonly full_product_name: { readonly product_id: string };
      readonly product_reference: string;
      readonly relates_to_product_reference: string;
    }[];
  };
  readonly vulnerabilities: readonly { readonly product_status: Readonly<Record<string, readonly string[]>> }[];
}

function rowsOf(bytes: Buffer): readonly Row[] {
  const { product_tree: tree, vulnerabilities } = JSON.parse(bytes.toString()) as Document;
  const helpers = new Map<string, Partial<Record<string, string>>>();
  const walk = (nodes: readonly Node[]): void => {
    for (const { product, branches = [] } of nodes) {
      if (product) helpers.set(product.product_id, product.product_identification_helper ?? {});
      walk(branches);
    }
  };
  walk(tree.branches);
  const pairs = new Map(tree.relationships.map((one) => [one.full_product_name.product_id, one]));
  return vulnerabilities.flatMap(({ product_status: statuses }) =>
    Object.entries(statuses).flatMap(([status, ids]) =>
      ids.flatMap((id) => {
        const pair = pairs.get(id);
        const purl = helpers.get(pair?.product_reference ?? '')?.['purl'] ?? '';
        const cpe = helpers.get(pair?.relates_to_product_reference ?? '')?.['cpe'] ?? '';
        const [, name, version = '', query = ''] =
          /^pkg:rpm\/redhat\/([^@?]+)(?:@([^?]+))?(?:\?(.*))?$/.exec(purl) ?? [];
        if (name === undefined) return [];
        const says = new URLSearchParams(query);
        const epoch = says.get('epoch');
        const label = says.get('rpmmod') ?? '';
        const whole = version === '' ? '' : `${epoch === null ? '' : `${epoch}:`}${decodeURIComponent(version)}`;
        return { id, status, cpe, name, version: whole, arch: says.get('arch') ?? '', label };
      }),
    ),
  );
}

/** Where the row's package would be installed: release, and the products of its image. */
function imageOf({ cpe, version }: Row): { major: number; release?: string } {
  const [, , , product = '', number = '', , edition = ''] = cpe.split(':');
  const isRelease = /^(?:enterprise_linux|rhel_(?:eus|aus|tus|e4s|els|eus_long_life)$)/.test(product);
  if (isRelease) {
    const isExtended = product !== 'enterprise_linux' && number.includes('.');
    return { major: Number.parseInt(number, 10), ...(isExtended ? { release: number } : {}) };
  }
  return {
    major: Number(
      /^el(\d+)/.exec(edition)?.[1] ??
        /\.el(\d+)/.exec(version)?.[1] ??
        (product === 'rhel_software_collections' ? 7 : 8),
    ),
  };
}

function packageOf(row: Row, version: string, source: string): Installed {
  const { name, arch, label } = row;
  return {
    name: arch === 'src' ? `${name}-of-it` : name,
    version,
    ...imageOf(row),
    source,
    ...(arch === 'src' || arch === '' ? {} : { architecture: arch }),
    ...(label === '' ? {} : { label: `${label}${label.split(':').length < 3 ? ':1:a' : ''}` }),
    contentSets: ['its'],
  };
}

/** What a binary package may have been built from: a source of the same product, those that it is named after first. */
function sourcesOf({ name, arch, cpe, label, status }: Row, rows: readonly Row[]): readonly string[] {
  if (arch === 'src' || status === 'fixed') return [name];
  const ours = rows.filter(
    (one) => one.arch === 'src' && one.cpe === cpe && one.label === label && one.status === status,
  );
  const names = [...new Set(ours.map((one) => one.name))].toSorted((a, b) => b.length - a.length);
  const after = names.filter((one) => name === one || name.startsWith(`${one}-`));
  return after.length > 0 ? after.slice(0, 1) : status === 'known_affected' ? [name, ...names] : [name];
}

/** What must come of it: of the version itself, and of one before or any other. */
function expectations({ status }: Row): readonly [same: RegExp, other: RegExp] {
  if (status === 'fixed') return [/^not affected$/, /^affected /];
  if (status === 'known_affected') return [/^affected /, /^affected /];
  if (status === 'under_investigation') return [/^unknown /, /^unknown /];
  return [/^not affected$/, /^not affected$/];
}

/** Rows on builds that are of the product: source packages of what is fixed are not installed, debuggers' symbols do not run. */
function isJudged({ status, arch, name, cpe }: Row): boolean {
  if (/-debug(?:info|source)$/.test(name) || cpe.includes(':hummingbird:')) return false;
  return arch !== 'src' || status !== 'fixed';
}

describe.skipIf(absent)(`every row of a genuine document goes for its package${why}`, () => {
  it.each([
    ['cve-2022-38752.json', 2368, 2111],
    ['cve-2023-38545.json', 571, 360],
    ['cve-2023-4154.json', 165, 165],
    ['cve-2023-42670.json', 165, 165],
    ['cve-2024-0727-openssl.json', 135, 83],
    ['cve-2025-40907-perl.json', 278, 82],
    ['cve-2025-6176.json', 825, 386],
    ['cve-2026-2297.json', 183, 178],
    ['cve-2026-2673.json', 49, 48],
  ])('%s: %i rows, %i of which are judged', (file, count, judged) => {
    const bytes = readFileSync(new URL(file, samples));
    const rows = rowsOf(bytes);
    const judge = judgedBy(bytes);
    const wanted = rows.filter(isJudged);
    const faults = wanted.flatMap((row) => {
      const { release } = imageOf(row);
      const products = { release, productsOf: () => [row.cpe] };
      const [same, other] = expectations(row);
      return [
        [row.version === '' ? '1:1-1.el9' : row.version, same],
        [row.status === 'fixed' ? '0-0' : '99:9-9', other],
      ].flatMap(([version, expected]) => {
        const said = sourcesOf(row, rows).map((from) =>
          judge(installed(packageOf(row, String(version), from)), products),
        );
        const isFine = said.some((one) => (expected as RegExp).test(one));
        return isFine ? [] : [`${row.status} ${row.id} ${String(version)}: ${said.join(', ')}`];
      });
    });
    expect(faults).toEqual([]);
    expect([rows.length, wanted.length]).toEqual([count, judged]);
  });
});
