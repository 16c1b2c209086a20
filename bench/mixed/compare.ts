// The differences of two lists, each with its reason from differences.json.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Listed } from './listed.ts';

/** Why one of the two lists what the other does not: all conditions that are given must hold, the first such row counts. */
interface Explanation {
  readonly side: 'ours' | 'trivy';
  readonly because: string;
  readonly types?: readonly string[];
  readonly presence?: 'installed' | 'locked';
  readonly owned?: boolean;
  readonly root?: boolean;
  readonly scope?: 'dev' | 'optional';
  /** Whether the `package.json` at the place is private. */
  readonly private?: boolean;
  /** Regular expressions; of several paths one has to match. */
  readonly name?: string;
  readonly path?: string;
  readonly identifiedBy?: string;
}

interface Difference {
  readonly side: 'ours' | 'trivy';
  readonly package: Listed;
  readonly explanation?: Explanation;
}

/** What two lists have in common and not. */
export interface Comparison {
  readonly ours: readonly Listed[];
  readonly trivys: readonly Listed[];
  readonly both: readonly Listed[];
  readonly differences: readonly Difference[];
  readonly unexplained: readonly Difference[];
}

const explanations: readonly Explanation[] = JSON.parse(
  readFileSync(join(import.meta.dirname, 'differences.json'), 'utf8'),
);

/** Compares them; each package counts once, however many places show it. */
export function compare(ours: readonly Listed[], trivys: readonly Listed[]): Comparison {
  const [left, right] = [unique(ours), unique(trivys)];
  const differences = [
    ...[...left].flatMap(([key, one]) => (right.has(key) ? [] : [difference('ours', one)])),
    ...[...right].flatMap(([key, one]) => (left.has(key) ? [] : [difference('trivy', one)])),
  ];
  return {
    ours: [...left.values()],
    trivys: [...right.values()],
    both: [...left].flatMap(([key, one]) => (right.has(key) ? [one] : [])),
    differences,
    unexplained: differences.filter(({ explanation }) => explanation === undefined),
  };
}

function difference(side: 'ours' | 'trivy', one: Listed): Difference {
  const explanation = explanations.find((row) => row.side === side && holds(row, one));
  return { side, package: one, ...(explanation && { explanation }) };
}

function unique(list: readonly Listed[]): Map<string, Listed> {
  const found = new Map<string, Listed>();
  for (const one of list) {
    const key = `${one.type} ${one.name} ${one.version}`;
    const known = found.get(key);
    found.set(key, known === undefined ? one : { ...known, paths: [...known.paths, ...one.paths] });
  }
  return found;
}

function holds(row: Explanation, one: Listed): boolean {
  return (
    (row.types === undefined || row.types.includes(one.type)) &&
    (row.presence === undefined || row.presence === one.presence) &&
    (row.owned === undefined || row.owned === one.owned) &&
    (row.root === undefined || row.root === one.root) &&
    (row.scope === undefined || row.scope === one.scope) &&
    (row.private === undefined || row.private === one.private) &&
    (row.name === undefined || new RegExp(row.name).test(one.name)) &&
    (row.path === undefined || one.paths.some((path) => new RegExp(row.path ?? '').test(path))) &&
    (row.identifiedBy === undefined || new RegExp(row.identifiedBy).test(one.identifiedBy ?? ''))
  );
}

/** Markdown: numbers by type, differences by reason with examples, and what has no reason. */
export function tables(result: Comparison, examples: number): string {
  const { ours, trivys, both, differences, unexplained } = result;
  const only = (side: string): Listed[] => differences.filter((one) => one.side === side).map((one) => one.package);
  const types = [...new Set([...ours, ...trivys].map(({ type }) => type))].toSorted();
  const numbers = [...types, undefined].map((type) =>
    row([
      type ?? '**all**',
      count(ours, type),
      count(trivys, type),
      count(both, type),
      count(only('ours'), type),
      count(only('trivy'), type),
    ]),
  );
  const reasons = explanations.flatMap((explanation) => {
    const hits = differences.filter((one) => one.explanation === explanation);
    if (hits.length === 0) return [];
    const { side, because } = explanation;
    return [row([side === 'ours' ? 'Seaworthy' : 'Trivy', because, byType(hits), sample(hits, examples)])];
  });
  return [
    '| type | Seaworthy | Trivy | both | only Seaworthy | only Trivy |',
    '|---|--:|--:|--:|--:|--:|',
    ...numbers,
    '',
    '| only | why | packages | for example |',
    '|---|---|---|---|',
    ...reasons,
    '',
    unexplained.length === 0 ? 'No difference is unexplained.' : `Unexplained: ${unexplained.length}`,
    ...unexplained.map(({ side, package: one }) => `- ${side}: ${told(one)} ${one.paths.join(' ')}`),
    '',
  ].join('\n');
}

function count(list: readonly Listed[], type: string | undefined): number {
  return type === undefined ? list.length : list.filter((one) => one.type === type).length;
}

function row(cells: readonly (string | number)[]): string {
  return `| ${cells.join(' | ')} |`;
}

function byType(hits: readonly Difference[]): string {
  const counts = Map.groupBy(hits, (hit) => hit.package.type);
  return Array.from(counts, ([type, of]) => `${of.length} ${type}`).join(', ');
}

function sample(hits: readonly Difference[], examples: number): string {
  const step = Math.max(1, Math.floor(hits.length / examples));
  const chosen = hits.filter((_, index) => index % step === 0).slice(0, examples);
  return chosen.map((hit) => `\`${told(hit.package)}\``).join(', ');
}

function told({ type, name, version }: Listed): string {
  return `${type} ${name} ${version === '' ? '(no version)' : version}`;
}
