import type { Purl } from '../purl/purl.ts';
import type { VexComponent, VexDocument, VexProduct, VexStatement } from './statement.ts';

/** What was scanned, as statements may name it. */
export interface VexSubject {
  /** Digests of the image's manifest, index and configuration. */
  readonly digests: ReadonlySet<string>;
  /** Repository names that it goes by, without tag: `registry.test/team/app`; empty where none is known. */
  readonly repositories: readonly string[];
  readonly purls: readonly Purl[];
}

/** A finding, as far as statements speak of it. */
export interface VexFinding {
  readonly names: readonly string[];
  /** The package, and the source package it was built from. */
  readonly purls: readonly Purl[];
}

/** The statement that speaks of a finding; of several the newest. */
export interface VexAnswer {
  readonly document: VexDocument;
  readonly statement: VexStatement;
}

/** Why a statement spoke of nothing in the report. */
export type VexSilence = 'other-product' | 'other-version' | 'other-build' | 'no-finding';

/** A statement that spoke of nothing, and why. */
export interface UnmatchedStatement extends VexAnswer {
  readonly because: VexSilence;
}

/** What the documents say of the findings. */
export interface Settled {
  /** For each finding, in order, the statement on it. */
  readonly answers: readonly (VexAnswer | undefined)[];
  readonly unmatched: readonly UnmatchedStatement[];
}

/**
 * Lets documents speak of findings. A statement speaks of a finding when it names the flaw and either the package or the
 * image, and then the package among its parts if it has any. The newest of several counts; of equally old ones the first.
 */
export function settle(
  findings: readonly VexFinding[],
  documents: readonly VexDocument[],
  subject: VexSubject,
): Settled {
  const byName = new Map<string, number[]>();
  for (const [at, { names }] of findings.entries()) {
    for (const name of names) byName.set(name, [...(byName.get(name) ?? []), at]);
  }
  const answers: (VexAnswer | undefined)[] = findings.map(() => undefined);
  const unmatched: UnmatchedStatement[] = [];
  for (const document of documents) {
    for (const statement of document.statements) {
      const of = new Set(statement.names.flatMap((name) => byName.get(name) ?? []));
      const spoken = [...of].filter((at) => speaksOf(statement, findings[at]?.purls ?? [], subject));
      for (const at of spoken) answers[at] = newer(answers[at], { document, statement });
      if (spoken.length === 0) unmatched.push({ document, statement, because: silence(statement, subject) });
    }
  }
  return { answers, unmatched };
}

function newer(known: VexAnswer | undefined, other: VexAnswer): VexAnswer {
  const time = ({ statement }: VexAnswer): number => Date.parse(statement.timestamp ?? '') || 0;
  return known === undefined || time(other) > time(known) ? other : known;
}

function speaksOf({ products }: VexStatement, found: readonly Purl[], subject: VexSubject): boolean {
  return products.some((product) =>
    isSubject(product, subject)
      ? product.parts.length === 0 || product.parts.some((part) => names(part, found))
      : speaksOfPackage(product, found, subject),
  );
}

/** A product that is a package of the image; with parts it stands for these where it is in the image itself. */
function speaksOfPackage(product: VexProduct, found: readonly Purl[], { purls }: VexSubject): boolean {
  if (product.parts.length === 0) return names(product, found);
  return product.parts.some((part) => names(part, found)) && names(product, purls);
}

function names({ purls }: VexComponent, found: readonly Purl[]): boolean {
  return purls.some((said) => found.some((purl) => isSame(said, purl) && isVersion(said, purl) && isBuild(said, purl)));
}

/** The same package, of any version and build. */
function isSame(said: Purl, found: Purl): boolean {
  return said.type === found.type && said.name === found.name && (said.namespace ?? '') === (found.namespace ?? '');
}

function isVersion(said: Purl, found: Purl): boolean {
  return said.version === undefined || said.version === found.version;
}

/** What the statement's purl says must be so; what it leaves out is open. */
function isBuild(said: Purl, found: Purl): boolean {
  return Object.entries(said.qualifiers).every(([key, value]) => found.qualifiers[key] === value || elsewhere.has(key));
}

/** Qualifiers that say where a package may be had, not which it is. */
const elsewhere: ReadonlySet<string> = new Set(['repository_url', 'download_url', 'vcs_url', 'file_name', 'checksum']);

function isSubject({ purls, digests }: VexComponent, subject: VexSubject): boolean {
  if (digests.some((digest) => subject.digests.has(digest))) return true;
  return purls.some((purl) => {
    if (purl.type !== 'oci' && purl.type !== 'docker') return false;
    if (purl.version !== undefined && isDigest(purl.version)) return subject.digests.has(purl.version);
    // A tag can be moved to another image: only a name without version goes for all that bear it.
    return purl.version === undefined && subject.repositories.includes(repositoryOf(purl));
  });
}

function isDigest(version: string): boolean {
  return /^sha\d+:[0-9a-f]+$/.test(version);
}

function repositoryOf({ namespace, name, qualifiers }: Purl): string {
  return qualifiers['repository_url'] ?? (namespace === undefined ? name : `${namespace}/${name}`);
}

function silence({ products }: VexStatement, subject: VexSubject): VexSilence {
  if (products.some((product) => isSubject(product, subject) && product.parts.length === 0)) return 'no-finding';
  const said = products.flatMap((product) => [product, ...product.parts]).flatMap(({ purls }) => purls);
  let silent: VexSilence = 'other-product';
  for (const purl of said) {
    for (const found of subject.purls) {
      if (!isSame(purl, found)) continue;
      if (!isVersion(purl, found)) silent = silent === 'other-product' ? 'other-version' : silent;
      else if (isBuild(purl, found)) return 'no-finding';
      else silent = 'other-build';
    }
  }
  return silent;
}
