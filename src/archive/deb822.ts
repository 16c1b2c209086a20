// deb822(5), as apt reads it:
//
//   file         = *( stanza / blank-line / comment )
//   stanza       = 1*( field / comment )
//   field        = name ":" value LF *( continuation / comment )
//   name         = 1*( %x21-39 / %x3B-7E )     not beginning with "#" or "-", without regard to case
//   continuation = ( SP / TAB ) text LF
//   comment      = "#" text LF

/** A stanza: values by lower-case name, lines joined by LF, the first value of a name winning. */
export interface Stanza {
  /** Number of its first line, from 1. */
  readonly line: number;
  readonly fields: ReadonlyMap<string, string>;
  /** A line is neither field, continuation nor comment, or a name comes twice. */
  readonly faulty: boolean;
}

const FIELD = /^([!-"$-,.-9;-~][!-9;-~]*):(.*)$/;

/** All stanzas of a small file. */
export function parseStanzas(text: string): Stanza[] {
  const stanzas: Stanza[] = [];
  let fields = new Map<string, string>();
  let last: string | undefined;
  let faulty = false;
  let first = 1;
  const close = (next: number): void => {
    if (fields.size > 0 || faulty) stanzas.push({ line: first, fields, faulty });
    [fields, last, faulty, first] = [new Map(), undefined, false, next];
  };
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trimEnd();
    if (line === '') close(index + 2);
    else if (line.startsWith('#')) continue;
    else if (/^[ \t]/.test(line)) {
      if (last === undefined) faulty = true;
      else fields.set(last, `${fields.get(last) ?? ''}\n${line.trim()}`);
    } else {
      const [, name, value = ''] = FIELD.exec(line) ?? [];
      last = name?.toLowerCase();
      if (last === undefined || fields.has(last)) faulty = true;
      if (last !== undefined && fields.has(last)) last = undefined;
      if (last !== undefined) fields.set(last, value.trim());
    }
  }
  close(0);
  return stanzas;
}

/** The words of a value, also over several lines. */
export function words(value: string | undefined): string[] {
  return (value ?? '').split(/\s+/).filter((word) => word !== '');
}
