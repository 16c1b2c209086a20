/*
 * A requirement (PEP 508):
 *
 *   requirement = name [ "[" extra *( "," extra ) "]" ] ( "@" url [ SP ";" marker ] / [ "(" ] specifiers [ ")" ] [ ";" marker ] )
 *   specifiers  = [ specifier *( "," specifier ) ]       specifier = operator version      PEP 440
 *   operator    = "===" / "==" / "~=" / "!=" / "<=" / ">=" / "<" / ">"
 */
import { shownOrigin } from '../origin.ts';
import { isName, normalizeName, readArchiveName } from './names.ts';

/** What a project asks for. */
export interface Requirement {
  /** Normalised (PEP 503). */
  readonly name: string;
  readonly extras: readonly string[];
  /** The one version that it allows; absent when it allows several. */
  readonly version?: string;
  /** Where it is to come from, without user and password. */
  readonly url?: string;
  readonly marker?: string;
}

const maximumLength = 8192;
const head = /^([\w.-]+)\s*(?:\[([^\]]*)\])?\s*/;
const specifier = /^(===|==|~=|!=|<=|>=|<|>)\s*([!-~]+)$/;

/** Reads a requirement; `undefined` when it is none. */
export function readRequirement(text: string): Requirement | undefined {
  const whole = text.trim();
  const match = whole.length > maximumLength ? null : head.exec(whole);
  const [all = '', written = '', extras = ''] = match ?? [];
  if (!isName(written)) return undefined;
  const rest = whole.slice(all.length);
  const named = {
    name: normalizeName(written),
    extras: extras.split(',').flatMap((extra) => (extra.trim() === '' ? [] : [normalizeName(extra.trim())])),
  };
  if (rest.startsWith('@')) return { ...named, ...readAddress(rest.slice(1).trim()) };
  const semicolon = rest.indexOf(';');
  const marker = semicolon < 0 ? undefined : rest.slice(semicolon + 1).trim();
  const specifiers = (semicolon < 0 ? rest : rest.slice(0, semicolon)).trim();
  const pin = readSpecifiers(specifiers.startsWith('(') ? specifiers.replace(/^\(|\)$/g, '') : specifiers);
  if (pin === undefined) return undefined;
  return { ...named, ...(pin === '' ? {} : { version: pin }), ...(marker ? { marker } : {}) };
}

/** The only version that specifiers allow, empty when there are several; `undefined` when they break the grammar. */
export function readSpecifiers(text: string): string | undefined {
  const pins = new Set<string>();
  for (const part of text.split(',')) {
    if (part.trim() === '') continue;
    const [, operator, version = ''] = specifier.exec(part.trim()) ?? [];
    if (operator === undefined) return undefined;
    if (operator === '===' || (operator === '==' && !version.endsWith('*'))) pins.add(version);
  }
  const [pin = ''] = pins;
  return pins.size === 1 ? pin : '';
}

function readAddress(text: string): Omit<Requirement, 'name' | 'extras'> {
  const [, url = text, marker] = /^(\S+)\s+;\s*(.*)$/.exec(text) ?? [];
  const version = versionOfAddress(url);
  return {
    url: shownOrigin(url),
    ...(version === undefined ? {} : { version }),
    ...(marker === undefined ? {} : { marker }),
  };
}

/** The version in the name of the file at an address. */
function versionOfAddress(url: string): string | undefined {
  return archiveAt(url)?.version;
}

/** Name and version in the name of the file at an address or path. */
export function archiveAt(url: string): { readonly name: string; readonly version: string } | undefined {
  const path = url.split(/[?#]/, 1)[0] ?? '';
  try {
    return readArchiveName(decodeURIComponent(path.slice(path.lastIndexOf('/') + 1)));
  } catch {
    return undefined;
  }
}
