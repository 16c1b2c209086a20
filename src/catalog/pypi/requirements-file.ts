/*
 * Files of requirements, as pip reads them:
 *
 *   file    = [ BOM ] *line                 a line that ends in "\" goes on in the next
 *   line    = [ requirement *option / address *option / path / file-option ] [ SP comment ]
 *   file-option = ( "-r" / "--requirement" / "-c" / "--constraint" / "-e" / "--editable" ) [ "=" ] path / "--" other
 *   option  = "--hash" [ "=" ] algorithm ":" digest / "--" other
 *   comment = "#" text
 *
 * pip-compile and uv write behind each requirement who asks for it, on the same line or on the next:
 *
 *   via     = "#" "via" [ asker *( "," asker ) ] / "#" asker
 */

import { shownOrigin } from '../origin.ts';
import { isName, normalizeName } from './names.ts';
import { archiveAt, type Requirement, readRequirement } from './requirement.ts';

/** What one line asks for. */
export type RequirementsEntry =
  | {
      readonly kind: 'requirement';
      readonly requirement: Requirement;
      readonly hashes: readonly string[];
      /** Packages that ask for it, as a comment of pip-compile or uv says. */
      readonly askers: readonly string[];
      /** Whether the comment names the project itself or its own list. */
      readonly direct: boolean;
    }
  | { readonly kind: 'include' | 'constrain'; readonly path: string }
  /** A folder, repository or archive whose package or version the line does not tell. */
  | { readonly kind: 'elsewhere'; readonly text: string };

/** The lines of a file, and those that are no requirements. */
export interface RequirementsFile {
  readonly entries: readonly RequirementsEntry[];
  readonly faults: readonly string[];
}

const maximumBytes = 32 << 20;
const maximumEntries = 50_000;
const maximumFaults = 20;

/** Reads a file of requirements; never throws. */
export function readRequirements(bytes: Uint8Array): RequirementsFile {
  if (bytes.length > maximumBytes) return { entries: [], faults: [`${bytes.length} bytes`] };
  const entries: RequirementsEntry[] = [];
  const faults: string[] = [];
  const fault = (line: number, text: string): void => {
    if (faults.length < maximumFaults) faults.push(`line ${line}: ${text.slice(0, 80)}`);
  };
  let notes: string[] = [];
  const lines = decode(bytes).split(/\r\n|\n|\r/);
  for (let at = 0; at < lines.length && entries.length < maximumEntries; at++) {
    const first = at + 1;
    const parts = [lines[at] ?? ''];
    while (parts.at(-1)?.endsWith('\\') && !isComment(parts.at(-1)) && at + 1 < lines.length) {
      parts.push(parts.pop()?.slice(0, -1) ?? '', lines[++at] ?? '');
    }
    const [content, comment] = splitComment(parts.join(''));
    if (content === '') {
      if (comment !== undefined) notes.push(comment);
      continue;
    }
    amend(entries, notes);
    notes = comment === undefined ? [] : [comment];
    const entry = entryOf(content);
    if (entry === undefined) fault(first, content);
    else if (entry !== 'nothing') entries.push(entry);
  }
  amend(entries, notes);
  if (entries.length >= maximumEntries) fault(lines.length, 'too many lines');
  return { entries, faults };
}

/** As pip: by the byte order mark, else UTF-8. */
function decode(bytes: Uint8Array): string {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  return new TextDecoder().decode(bytes);
}

function isComment(line: string | undefined): boolean {
  return line?.trimStart().startsWith('#') ?? false;
}

function splitComment(line: string): [content: string, comment?: string] {
  const whole = line.trim();
  if (whole.startsWith('#')) return ['', whole.slice(1).trim()];
  const at = whole.search(/\s#/);
  return at < 0 ? [whole] : [whole.slice(0, at).trim(), whole.slice(at + 2).trim()];
}

const fileOption = /^(?:(-r|--requirement|-c|--constraint|-e|--editable)(?:[\s=]+|(?<=-[rce])))(\S.*)$/;

/** `undefined` for what is no line of such a file, `nothing` for an option that names no package. */
function entryOf(content: string): RequirementsEntry | 'nothing' | undefined {
  const [, option, argument = ''] = fileOption.exec(content) ?? [];
  if (option !== undefined) {
    const path = argument.replaceAll(/^["']|["']$/g, '').trim();
    if (option === '-r' || option === '--requirement') return { kind: 'include', path };
    if (option === '-c' || option === '--constraint') return { kind: 'constrain', path };
    return addressOf(path);
  }
  if (/^--?[a-z]/.test(content)) return 'nothing';
  // Options follow the requirement, each after a blank.
  const options = content.search(/\s--?[a-z]/);
  const text = options < 0 ? content : content.slice(0, options).trim();
  const requirement = readRequirement(text);
  if (requirement === undefined) return isAddress(text) ? addressOf(text) : undefined;
  const hashes = options < 0 ? [] : hashesOf(content.slice(options));
  return hashes && { kind: 'requirement', requirement, hashes, askers: [], direct: false };
}

const digestLengths: ReadonlyMap<string, number> = new Map([
  ['md5', 32],
  ['sha1', 40],
  ['sha224', 56],
  ['sha256', 64],
  ['sha384', 96],
  ['sha512', 128],
]);

/** Digests as written, `sha256:…`; `undefined` when one is none. */
function hashesOf(options: string): string[] | undefined {
  const hashes = Array.from(options.matchAll(/\s--hash(?:[\s=]+(\S+)|(?=\s|$))/g), (match) => match[1] ?? '');
  const whole = hashes.every((hash) => {
    const [algorithm = '', digest = ''] = hash.split(':', 2);
    return /^[\da-f]+$/i.test(digest) && digestLengths.get(algorithm) === digest.length;
  });
  return whole ? hashes : undefined;
}

function isAddress(text: string): boolean {
  return (
    /^(?:[a-z][\w+.-]*:\/\/?|\.{0,2}\/|\.{1,2}$|[\w./-]+\/)[!-~]*(?:\s*;.*)?$/i.test(text) ||
    archiveAt(text) !== undefined
  );
}

function addressOf(text: string): RequirementsEntry {
  const named = readRequirement(text);
  if (named?.url !== undefined) return requirementOf(named);
  const [address = '', marker] = text.split(/\s+;\s*/, 2);
  const url = shownOrigin(address);
  const archive = archiveAt(address);
  const more = { url, ...(marker === undefined ? {} : { marker }) };
  if (archive)
    return requirementOf({ ...more, name: normalizeName(archive.name), version: archive.version, extras: [] });
  const egg = /[#&]egg=([\w.-]+)/.exec(address)?.[1] ?? '';
  if (isName(egg)) return requirementOf({ ...more, name: normalizeName(egg), extras: [] });
  return { kind: 'elsewhere', text: url };
}

function requirementOf(requirement: Requirement): RequirementsEntry {
  return { kind: 'requirement', requirement, hashes: [], askers: [], direct: false };
}

/** Gives the last requirement what the comments at it say. */
function amend(entries: RequirementsEntry[], notes: readonly string[]): void {
  const last = entries.at(-1);
  const start = notes.findIndex((note) => note === 'via' || note.startsWith('via '));
  if (start < 0 || last?.kind !== 'requirement') return;
  const texts = notes.slice(start).flatMap((note, at) => (at === 0 ? note.slice(3) : note).split(','));
  const said = texts.map((text) => text.trim()).filter((text) => text !== '');
  const askers = said.filter(isName).map(normalizeName);
  entries[entries.length - 1] = { ...last, askers, direct: askers.length < said.length };
}
