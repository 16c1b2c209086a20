import type { Purl } from '../purl/purl.ts';

/** How a document writes its statements. */
export type VexFormat = 'openvex' | 'cyclonedx' | 'csaf';

/** What a statement says of a flaw in a product (CISA, "Minimum Requirements for VEX", 2023). */
export type VexStatus = 'not_affected' | 'affected' | 'fixed' | 'under_investigation';

/** By what a statement names a piece of software: any of these is enough. */
export interface VexComponent {
  /** Names as the document has them, for the user. */
  readonly name: string;
  readonly purls: readonly Purl[];
  /** `sha256:…`, of an image manifest or of a file. */
  readonly digests: readonly string[];
}

/** A product that a statement speaks of, and in which parts of it; without parts, as a whole. */
export interface VexProduct extends VexComponent {
  readonly parts: readonly VexComponent[];
}

/** One statement: products, a flaw, a status. */
export interface VexStatement {
  /** Place in its document, from 0. */
  readonly index: number;
  /** The flaw and its other names. */
  readonly names: readonly string[];
  readonly products: readonly VexProduct[];
  readonly status: VexStatus;
  /** `vulnerable_code_not_present`, `code_not_reachable`: in the words of its format. */
  readonly justification?: string;
  /** Why, or what to do, in words. */
  readonly text?: string;
  /** ISO 8601; of the document where the statement has none. */
  readonly timestamp?: string;
}

/** A document that was read. */
export interface VexDocument {
  readonly id: string;
  readonly format: VexFormat;
  readonly author?: string;
  readonly timestamp?: string;
  /** Where it was found: a path, or a digest in an image layout. */
  readonly place: string;
  /** `sha256:…` of its bytes. */
  readonly digest: string;
  readonly statements: readonly VexStatement[];
  /** Statements that could not be read, in words. */
  readonly unread: readonly string[];
}

export type VexErrorCode = 'not-vex' | 'too-large' | 'unreadable';

/** A VEX document that can't be used as a whole. */
export class VexError extends Error {
  override readonly name = 'VexError';
  readonly code: VexErrorCode;
  /** Where the document was. */
  readonly subject: string;
  readonly detail: string | undefined;
  constructor(code: VexErrorCode, message: string, subject: string, detail?: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.subject = subject;
    this.detail = detail;
  }
}
