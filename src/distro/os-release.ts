/**
 * os-release(5), one assignment a line, as a POSIX shell would read it without expansions:
 *
 *   file       = *(line LF)
 *   line       = blank / "#" comment / name "=" value [blank "#" comment]
 *   name       = (ALPHA / "_") *(ALPHA / DIGIT / "_")
 *   value      = *(unquoted / "'" *any-but-apostrophe "'" / DQUOTE *(any / "\" special) DQUOTE)
 *   unquoted   = any but quotes and "\" / "\" any
 *   special    = DQUOTE / "$" / "`" / "\"
 */
export interface OsRelease {
  /** By name; of two assignments the later counts. */
  readonly fields: ReadonlyMap<string, string>;
  /** Numbers (from 1) of the lines that are no assignment or whose quote does not end. */
  readonly badLines: readonly number[];
}

const assignment = /^([A-Za-z_][A-Za-z0-9_]*)=(.*)$/s;

/** Reads os-release(5); lines that break its grammar are told by their number and, where a value can be had, used. */
export function parseOsRelease(text: string): OsRelease {
  const fields = new Map<string, string>();
  const badLines: number[] = [];
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) {
      continue;
    }
    const match = assignment.exec(line);
    const value = unquote(match?.[2] ?? '');
    if (!match || !value.closed) {
      badLines.push(index + 1);
    }
    if (match?.[1]) {
      fields.set(match[1], value.text);
    }
  }
  return { fields, badLines };
}

function unquote(value: string): { readonly text: string; readonly closed: boolean } {
  let text = '';
  let quote = '';
  for (let at = 0; at < value.length; at += 1) {
    const char = value.charAt(at);
    const next = value.charAt(at + 1);
    if (char === '\\' && next !== '' && (quote === '' || (quote === '"' && '"$`\\'.includes(next)))) {
      text += next;
      at += 1;
    } else if (char === quote) {
      quote = '';
    } else if (quote === '' && (char === '"' || char === "'")) {
      quote = char;
    } else if (quote === '' && char === '#' && /\s/.test(value.charAt(at - 1))) {
      return { text: text.trimEnd(), closed: true };
    } else {
      text += char;
    }
  }
  return { text: quote === '' ? text : text.trimEnd(), closed: quote === '' };
}
