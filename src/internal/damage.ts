/** Something in a database that can't be read. */
export interface Damage {
  readonly kind: 'damage';
  readonly code: 'corrupt' | 'unsupported' | 'too-large';
  /** Constant text. */
  readonly message: string;
  /** Where and how, in words for the user. */
  readonly detail?: string;
  /** True when packages may be lost by it. */
  readonly lossy: boolean;
  /** The file it is in: the database itself or its write-ahead log. */
  readonly file: 'database' | 'log';
}

/** Damage of the database file by which packages may be lost. */
export function corrupt(message: string, detail?: string): Damage {
  return { kind: 'damage', code: 'corrupt', message, ...(detail && { detail }), lossy: true, file: 'database' };
}

/** A database of a form that this reader does not know. */
export function unsupported(message: string, detail?: string): Damage {
  return { ...corrupt(message, detail), code: 'unsupported' };
}
