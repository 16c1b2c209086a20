/*
 * Which products a flaw is in, as the NVD says it:
 *
 *   configurations = [ { operator?: AND / OR, negate?, nodes: [ node ] } ]            any of them; nodes joined by the operator
 *   node           = { operator: AND / OR, negate?, cpeMatch: [ match ] }
 *   match          = { vulnerable, criteria: CPE 2.3, versionStartIncluding?, versionStartExcluding?,
 *                      versionEndIncluding?, versionEndExcluding? }
 *
 * A match that is not `vulnerable` is where the vulnerable ones run. An image is Linux; what is only so elsewhere, or
 * together with something else, is `undetermined` with a note.
 */
import { type Cpe, parseCpe } from '../../../cpe/cpe.ts';
import type { Affected } from '../../advisory.ts';
import { asObject, asText } from '../document.ts';
import conditions from './conditions.json' with { type: 'json' };
import { earlierOfLines } from './lines.ts';
import { type Versions, versionsOf } from './versions.ts';

/** The applications of the configurations, and whether all of them could be read. */
export interface Configurations {
  readonly affected: readonly Affected[];
  readonly whole: boolean;
}

interface Match {
  readonly cpe: Cpe;
  readonly vulnerable: boolean;
  readonly versions: Versions;
}

interface Node {
  readonly all: boolean;
  readonly negate: boolean;
  readonly matches: readonly Match[];
}

/** One application with what limits it; those of the same limits are one entry. */
interface Claim {
  readonly package: string;
  readonly limits: readonly string[];
  readonly versions: Versions[];
}

const VENDORS: ReadonlySet<string> = new Set(conditions.vendors);
const PRODUCTS: ReadonlySet<string> = new Set(conditions.products);
const TARGETS: ReadonlySet<string> = new Set(conditions.targets);
const EDITIONS: ReadonlySet<string> = new Set(conditions.editions);
const MOST_NAMES = 3;
/** What goes together in one configuration is three or four things; the more, the more there is to compare. */
const MOST_TOGETHER = 100;

/** The applications (CPE part `a`) that the configurations name; devices and operating systems are not in images. */
export function affectedIn(value: unknown): Configurations {
  if (value === undefined) return { affected: [], whole: true };
  const claims = new Map<string, Claim>();
  let whole = Array.isArray(value);
  for (const item of Array.isArray(value) ? value : []) {
    const fields = asObject(item);
    const nodes = nodesIn(fields?.['nodes']);
    if (fields === undefined || nodes === undefined || isTooMuch(nodes, fields['operator'] === 'AND')) whole = false;
    else addClaims(nodes, fields['operator'] === 'AND', fields['negate'] === true, claims);
  }
  return { affected: Array.from(claims.values(), entryOf), whole };
}

function isTooMuch(nodes: readonly Node[], all: boolean): boolean {
  return (all && nodes.length > MOST_TOGETHER) || nodes.some((node) => node.all && node.matches.length > MOST_TOGETHER);
}

function nodesIn(value: unknown): readonly Node[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const nodes: Node[] = [];
  for (const item of value) {
    const fields = asObject(item);
    const list = fields?.['cpeMatch'];
    if (fields === undefined || !Array.isArray(list)) return undefined;
    const matches = list.map(matchOf);
    if (!matches.every((match) => match !== undefined)) return undefined;
    nodes.push({ all: fields['operator'] === 'AND', negate: fields['negate'] === true, matches });
  }
  return nodes;
}

function matchOf(value: unknown): Match | undefined {
  const fields = asObject(value);
  const cpe = parseCpe(asText(fields?.['criteria']) ?? '');
  if (fields === undefined || cpe === undefined) return undefined;
  return { cpe, vulnerable: fields['vulnerable'] !== false, versions: versionsOf(cpe, fields) };
}

function addClaims(nodes: readonly Node[], all: boolean, negate: boolean, claims: Map<string, Claim>): void {
  const negated = negate || nodes.some((node) => node.negate);
  for (const node of nodes) {
    const beside = all ? nodes.filter((other) => other !== node).map(({ matches }) => matches) : [];
    for (const match of node.matches) {
      if (!isApplication(match)) continue;
      const within = node.all ? node.matches.filter((other) => other !== match).map((other) => [other]) : [];
      const limits = [
        ...(negated ? ['negated'] : []),
        ...[...beside, ...within].flatMap(limitOf),
        ...ownLimits(match.cpe),
        ...match.versions.limits,
      ];
      addClaim(`${match.cpe.vendor}:${match.cpe.product}`, limits, match.versions, claims);
    }
    for (const { product, versions } of earlierOfLines(node.matches.filter(isApplication)))
      addClaim(product, versions.limits, versions, claims);
  }
}

function addClaim(name: string, limits: readonly string[], versions: Versions, claims: Map<string, Claim>): void {
  const key = JSON.stringify([name, versions.note, ...limits]);
  const claim = claims.get(key);
  if (claim === undefined) claims.set(key, { package: name, limits, versions: [versions] });
  else claim.versions.push(versions);
}

function isApplication({ cpe, vulnerable }: Match): boolean {
  return vulnerable && cpe.part === 'a' && !/^[*-]$/.test(cpe.vendor) && !/^[*-]$/.test(cpe.product);
}

/** What else has to be there, unless one of the alternatives is Linux. */
function limitOf(alternatives: readonly Match[]): readonly string[] {
  if (alternatives.length === 0 || alternatives.some(({ cpe }) => isLinux(cpe))) return [];
  const names = [...new Set(alternatives.map(({ cpe }) => `${cpe.vendor}:${cpe.product}`))];
  return [`only with ${names.slice(0, MOST_NAMES).join(' or ')}${names.length > MOST_NAMES ? ' or others' : ''}`];
}

function isLinux({ part, vendor, product }: Cpe): boolean {
  return part === 'o' && (VENDORS.has(vendor) || PRODUCTS.has(`${vendor}:${product}`));
}

function ownLimits({ targetSoftware, targetHardware, softwareEdition }: Cpe): readonly string[] {
  return [
    ...(TARGETS.has(targetSoftware) ? [] : [`only for ${targetSoftware}`]),
    ...(/^[*-]$/.test(targetHardware) ? [] : [`only on ${targetHardware}`]),
    ...(EDITIONS.has(softwareEdition) ? [] : [`only the ${softwareEdition} edition`]),
  ];
}

function entryOf({ package: name, limits, versions }: Claim): Affected {
  const ranges = versions.flatMap(({ range }) => (range === undefined ? [] : [range]));
  const listed = versions.flatMap(({ listed: version }) => (version === undefined ? [] : [version]));
  const notes = [...limits, ...(versions[0]?.note === undefined ? [] : [versions[0].note])];
  return {
    ecosystem: 'CPE',
    package: name,
    appliesTo: 'binary',
    status: limits.length === 0 ? 'affected' : 'undetermined',
    ranges: ranges.map((events) => ({ type: 'ecosystem', events })),
    ...(listed.length === 0 ? {} : { versions: listed }),
    fixState: ranges.some((events) => events.some((event) => 'fixed' in event)) ? 'fixed' : 'unknown',
    ...(notes.length === 0 ? {} : { note: notes.join('; ').slice(0, 500) }),
  };
}
