import type { Unparsable } from './version.ts';

/** Longest version text in UTF-16 units that any scheme reads; the longest in real package databases are near 100. */
const maxVersionLength = 1024;

/** The value that stands for a text which breaks a scheme's grammar. */
export function unparsable(text: string, reason: string): Unparsable {
  return { kind: 'unparsable', text, reason };
}

/** Reason to refuse a text before any grammar looks at it (bounded work on hostile input), or `undefined`. */
export function refusal(text: string): string | undefined {
  if (text.length === 0) return 'the version is empty';
  if (text.length > maxVersionLength) return 'the version is longer than any real one (more than 1024 characters)';
  return undefined;
}
