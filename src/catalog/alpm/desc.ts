import { DocumentError, readText } from '../document.ts';

/**
 * The record of one package in pacman's local database, `desc` and `files` alike (alpm-db-descv1(5), alpm-db-files(5)):
 *
 *   file    = *section
 *   section = "%" name "%" LF *(value LF) LF      ; name of upper-case letters, digits and "_"
 *
 * Values are never empty except that of URL; a section begun again adds to what it holds.
 */
export interface Sections {
  readonly values: ReadonlyMap<string, readonly string[]>;
  readonly faults: readonly string[];
}

/** Far above any record; a list of files may be long. */
const maximumBytes = 64 << 20;
const maximumFaults = 8;
const header = /^%([A-Z\d_]+)%$/;

/** Reads the sections; what is no section is a fault. Throws `DocumentError` for what is no text. */
export function readSections(bytes: Uint8Array): Sections {
  const text = readText(bytes, maximumBytes);
  if (text.includes('\0')) throw new DocumentError('corrupt', 'A package record is no text');
  const values = new Map<string, string[]>();
  const faults: string[] = [];
  const fault = (line: number, what: string): unknown =>
    faults.length < maximumFaults && faults.push(`line ${line + 1}: ${what}`);
  let open: string[] | undefined;
  const lines = text.split('\n');
  for (const [index, line] of lines.entries()) {
    const name = line.charCodeAt(0) === 0x25 ? header.exec(line)?.[1] : undefined;
    if (name !== undefined) {
      if (open !== undefined) fault(index, 'no empty line before the next section');
      open = values.get(name) ?? [];
      values.set(name, open);
    } else if (line === '') open = undefined;
    else if (open === undefined) fault(index, 'value without section');
    else open.push(line);
  }
  if (!text.endsWith('\n\n') && text !== '') fault(lines.length - 1, 'end within a section');
  return { values, faults };
}
