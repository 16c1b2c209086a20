import type { Purl } from '../purl/purl.ts';
import { digestIn, isImage, type NamedImage, namedImage } from './image-name.ts';
import { goesForBuild, goesForVersion, isSource, nameKey, packageKey } from './same.ts';
import type { VexComponent, VexDocument, VexProduct, VexStatement } from './statement.ts';

/** What was scanned, as statements may name it. */
export interface VexSubject {
  /** Digests of the image's manifest, index and configuration. */
  readonly digests: ReadonlySet<string>;
  /** Whether it was found by a name that a statement means; absent where it was not found by name. */
  readonly bears?: (name: NamedImage) => boolean;
  readonly purls: readonly Purl[];
}

/** A finding, as far as statements speak of it. */
export interface VexFinding {
  readonly names: readonly string[];
  /** The package, and the source package it was built from. */
  readonly purls: readonly Purl[];
}

/** A statement and the document it is in. */
export interface VexSaying {
  readonly document: VexDocument;
  readonly statement: VexStatement;
}

/** What of the subject a statement named: names move to other images, so that one by digest goes before one by name. */
type By = 'digest' | 'name' | 'package';

interface Said extends VexSaying {
  readonly by: By;
}

/** The statement that counts for a finding: of several the newest, of equally old ones one that does not settle it. */
export interface VexAnswer extends VexSaying {
  /** Statements on the same finding that would settle it where this one does not, or the other way round. */
  readonly otherwise: readonly VexSaying[];
}

/** Why a statement spoke of nothing in the report, the farthest first. */
export type VexSilence =
  | 'unidentified'
  | 'other-product'
  | 'named-image'
  | 'other-namespace'
  | 'other-version'
  | 'other-build'
  | 'no-finding';

/** A statement that spoke of nothing, and why. */
export interface UnmatchedStatement extends VexSaying {
  readonly because: VexSilence;
  /** Name of the product that came closest. */
  readonly product: string;
}

/** What the documents say of the findings. */
export interface Settled {
  /** For each finding, in order, the statement on it. */
  readonly answers: readonly (VexAnswer | undefined)[];
  readonly unmatched: readonly UnmatchedStatement[];
}

/**
 * Lets documents speak of findings. A statement speaks of a finding when it names the flaw and either the package or the
 * image, and then the package among its parts if it has any.
 */
export function settle(
  findings: readonly VexFinding[],
  documents: readonly VexDocument[],
  subject: VexSubject,
): Settled {
  const byName = new Map<string, number[]>();
  for (const [at, { names }] of findings.entries()) {
    for (const name of names) {
      const known = byName.get(name);
      if (known) known.push(at);
      else byName.set(name, [at]);
    }
  }
  const here = presence(subject);
  const said: Said[][] = findings.map(() => []);
  const unmatched: UnmatchedStatement[] = [];
  for (const document of documents) {
    for (const statement of document.statements) {
      const of = new Set(statement.names.flatMap((name) => byName.get(name) ?? []));
      let spoke = false;
      for (const at of of) {
        const { names: known = [], purls = [] } = findings[at] ?? {};
        const by = isOfFlaw(statement, known) ? speaksOf(statement, purls, here) : undefined;
        if (by === undefined) continue;
        said[at]?.push({ document, statement, by });
        spoke = true;
      }
      if (!spoke) unmatched.push({ document, statement, ...silence(statement, here) });
    }
  }
  return { answers: said.map(answerOf), unmatched };
}

/** Two CVEs are two flaws, whatever names they share: one record of GitHub or Go may stand for several. */
function isOfFlaw({ names }: VexStatement, known: readonly string[]): boolean {
  const [said, had] = [names.filter(isCve), known.filter(isCve)];
  return said.length === 0 || had.length === 0 || said.some((name) => had.includes(name));
}

function isCve(name: string): boolean {
  return name.startsWith('CVE-');
}

/** Whether a statement takes a finding out of the list. */
export function settles({ status }: VexStatement): boolean {
  return status === 'not_affected' || status === 'fixed';
}

function answerOf(said: readonly Said[]): VexAnswer | undefined {
  const counting = said.some(({ by }) => by === 'digest') ? said.filter(({ by }) => by !== 'name') : said;
  let best: VexSaying | undefined;
  for (const one of counting) if (best === undefined || outranks(one, best)) best = one;
  if (best === undefined) return undefined;
  const { document, statement } = best;
  const otherwise = said.filter((one) => settles(one.statement) !== settles(statement));
  return {
    document,
    statement,
    otherwise: otherwise.map((one) => ({ document: one.document, statement: one.statement })),
  };
}

function outranks(one: VexSaying, other: VexSaying): boolean {
  const [time, known] = [timeOf(one), timeOf(other)];
  return time === known ? settles(other.statement) && !settles(one.statement) : time > known;
}

function timeOf({ statement }: VexSaying): number {
  return Date.parse(statement.timestamp ?? '') || 0;
}

/** What is in the image, by name. */
interface Presence extends VexSubject {
  readonly byPackage: ReadonlyMap<string, readonly Purl[]>;
  readonly byName: ReadonlySet<string>;
  /** Packages that are installed themselves, not only what was built from a source of that name. */
  readonly installed: ReadonlySet<string>;
}

function presence(subject: VexSubject): Presence {
  const { purls } = subject;
  return {
    ...subject,
    byPackage: Map.groupBy(purls, packageKey),
    byName: new Set(purls.map(nameKey)),
    installed: new Set(purls.filter((purl) => !isSource(purl)).map(packageKey)),
  };
}

function speaksOf({ products }: VexStatement, found: readonly Purl[], here: Presence): By | undefined {
  const bys = products.flatMap((product): readonly By[] => {
    const by = subjectBy(product, here);
    if (by === undefined) return speaksOfPackage(product, found, here) ? ['package'] : [];
    return product.parts.length === 0 || product.parts.some((part) => names(part, found, here)) ? [by] : [];
  });
  return bys.find((by) => by === 'digest') ?? bys.find((by) => by === 'package') ?? bys[0];
}

/** A product that is a package of the image; with parts it stands for these where it is in the image itself. */
function speaksOfPackage(product: VexProduct, found: readonly Purl[], here: Presence): boolean {
  if (product.parts.length === 0) return names(product, found, here);
  return product.parts.some((part) => names(part, found, here)) && isHere(product, here);
}

function isHere({ purls }: VexComponent, here: Presence): boolean {
  return purls.some((said) => (here.byPackage.get(packageKey(said)) ?? []).some((found) => isOne(said, found, here)));
}

function names({ purls }: VexComponent, found: readonly Purl[], here: Presence): boolean {
  return purls.some((said) => {
    const key = packageKey(said);
    return found.some((purl) => packageKey(purl) === key && isOne(said, purl, here));
  });
}

/** Of the same package: in this version and build. */
function isOne(said: Purl, found: Purl, here: Presence): boolean {
  return goesForVersion(said, found) && goesForBuild(said, found) && isKind(said, found, here);
}

/**
 * Packages and the source that they are built from may bear one name: `openssl` is a program, and also the source of
 * `libssl3`. A purl that does not say which is meant is that of the package where there is one, since what is true of the
 * program need not be true of the library.
 */
function isKind(said: Purl, found: Purl, { installed }: Presence): boolean {
  return !isSource(found) || isSource(said) || !installed.has(packageKey(found));
}

function isSubject(component: VexComponent, subject: VexSubject): boolean {
  return subjectBy(component, subject) !== undefined;
}

/** By what a component names the image itself; undefined where it does not. */
function subjectBy({ purls, digests }: VexComponent, { digests: own, bears }: VexSubject): By | undefined {
  const said = [...digests, ...purls.filter(isImage).flatMap((purl) => digestIn(purl) ?? [])];
  if (said.some((digest) => own.has(digest))) return 'digest';
  // A product that gives another digest besides is that other image, whatever its name.
  if (said.length > 0 || bears === undefined) return undefined;
  const named = purls.flatMap((purl) => namedImage(purl) ?? []);
  return named.some(bears) ? 'name' : undefined;
}

const nearness: readonly VexSilence[] = [
  'unidentified',
  'other-product',
  'named-image',
  'other-namespace',
  'other-version',
  'other-build',
  'no-finding',
];

type Silence = Pick<UnmatchedStatement, 'because' | 'product'>;

function silence({ products }: VexStatement, here: Presence): Silence {
  const told = products.map((product) => silenceOf(product, here));
  return closest(told) ?? { because: 'unidentified', product: '' };
}

/** A product that is not here is silent for itself; one that is, for its parts. */
function silenceOf(product: VexProduct, here: Presence): Silence {
  if (product.parts.length === 0 || !(isSubject(product, here) || isHere(product, here))) {
    return { because: componentSilence(product, here), product: product.name };
  }
  const parts = product.parts.map((part) => ({ because: componentSilence(part, here), product: part.name }));
  return closest(parts) ?? { because: 'no-finding', product: product.name };
}

function closest(told: readonly Silence[]): Silence | undefined {
  let best: Silence | undefined;
  for (const one of told) {
    if (best === undefined || nearness.indexOf(one.because) > nearness.indexOf(best.because)) best = one;
  }
  return best;
}

function componentSilence(component: VexComponent, here: Presence): VexSilence {
  if (isSubject(component, here)) return 'no-finding';
  if (component.purls.length === 0) return component.digests.length === 0 ? 'unidentified' : 'other-product';
  return component.purls.reduce<VexSilence>((best, purl) => {
    const because = purlSilence(purl, here);
    return nearness.indexOf(because) > nearness.indexOf(best) ? because : best;
  }, 'unidentified');
}

function purlSilence(said: Purl, here: Presence): VexSilence {
  if (isImage(said)) {
    // A name that could be compared and is another image's.
    const isOther = digestIn(said) !== undefined || (here.bears !== undefined && namedImage(said) !== undefined);
    return isOther ? 'other-product' : 'named-image';
  }
  const found = here.byPackage.get(packageKey(said));
  if (found === undefined) return here.byName.has(nameKey(said)) ? 'other-namespace' : 'other-product';
  const version = found.filter((purl) => goesForVersion(said, purl));
  if (version.length === 0) return 'other-version';
  return version.some((purl) => goesForBuild(said, purl) && isKind(said, purl, here)) ? 'no-finding' : 'other-build';
}
