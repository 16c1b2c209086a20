/*
 * CSAF 2.0 (OASIS, "Common Security Advisory Framework Version 2.0"), as far as vulnerabilities of packages go:
 *
 *   { document: { category, title, aggregate_severity: { text }, tracking: { id, status, … }, references },
 *     product_tree: { branches: [ { category, name, product?, branches? } ], full_product_names, product_groups,
 *                     relationships: [ { category, product_reference, relates_to_product_reference,
 *                                        full_product_name } ] },
 *     vulnerabilities: [ { cve, ids, title, notes, product_status: { status: [ product id ] },
 *                          remediations, threats, scores, flags, references } ] }
 *
 *   product = { product_id, name, product_identification_helper: { cpe, purl } }
 *
 * A package of a platform is a relationship; what it refers to may be one again (a package of a module of a platform).
 */
/** One product of the tree, and how its publisher identifies it. */
export interface CsafPart {
  readonly id: string;
  readonly name: string;
  readonly purl?: string;
  readonly cpe?: string;
}

/** What CSAF 3.2.3.9 lets a document say of products. */
export type CsafStatus =
  | 'first_affected'
  | 'first_fixed'
  | 'fixed'
  | 'known_affected'
  | 'known_not_affected'
  | 'last_affected'
  | 'recommended'
  | 'under_investigation';

/** What is said of some products: a remedy, a threat, a flag. `kind` is its category or label. */
export interface CsafRemark {
  readonly kind: string;
  readonly text: string;
  readonly url?: string;
  readonly date?: string;
  /** Identifiers of products, those of groups among them; empty where all are meant. */
  readonly products: readonly string[];
}

/** A CVSS score of some products. */
export interface CsafScore {
  /** `CVSS:3.1/AV:N/…`; that of the newest version where there are several. */
  readonly vector: string;
  readonly version: '2' | '3' | '4';
  readonly products: readonly string[];
}

/** One flaw and what is said of it. */
export interface CsafVulnerability {
  readonly cve?: string;
  /** Identifiers in other systems. */
  readonly ids: readonly string[];
  readonly title?: string;
  readonly description?: string;
  readonly published?: string;
  readonly statuses: ReadonlyMap<CsafStatus, readonly string[]>;
  readonly remediations: readonly CsafRemark[];
  readonly threats: readonly CsafRemark[];
  readonly flags: readonly CsafRemark[];
  readonly scores: readonly CsafScore[];
  readonly references: readonly string[];
}

/** A CSAF document. */
export interface CsafDocument {
  /** `document.tracking.id`. */
  readonly id: string;
  /** `csaf_vex`, `csaf_security_advisory`. */
  readonly category: string;
  readonly title?: string;
  /** `document.tracking.status`: `final`, `interim`, `draft`. */
  readonly status: string;
  readonly published?: string;
  readonly modified?: string;
  /** `document.aggregate_severity.text`, in the publisher's words. */
  readonly severity?: string;
  readonly references: readonly string[];
  readonly vulnerabilities: readonly CsafVulnerability[];
  /**
   * The chain from a product to what it is part of: the package first, the platform last. Undefined where the tree does
   * not have it; what its relationships refer to in vain is left out.
   */
  parts(productId: string): readonly CsafPart[] | undefined;
}
