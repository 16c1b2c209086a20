/*
 * The URI binding of CPE 2.2 (NISTIR 7695, 6.1):
 *
 *   uri     = "cpe:/" [ part ] *6( ":" [ component ] )    part, vendor, product, version, update, edition, language
 *   packed  = "~" edition "~" sw_edition "~" target_sw "~" target_hw "~" other             in the place of the edition
 *   "%01" is an unquoted "?", "%02" an unquoted "*", other punctuation is percent-encoded; empty is ANY, "-" is NA
 */
import { ANY, NA, quoted, readValue } from './value.ts';

/** The eleven attributes in the order of the formatted string. */
type Values = readonly string[];

/** The attributes of what follows `cpe:/`, or undefined when it breaks the grammar. */
export function readUri(text: string): Values | undefined {
  const components = text.toLowerCase().split(':');
  if (components.length > 7) return undefined;
  const [part = '', vendor = '', product = '', version = '', update = '', edition = '', language = ''] = components;
  const packed = edition.startsWith('~') ? edition.slice(1).split('~') : [edition, '', '', '', ''];
  if (packed.length !== 5) return undefined;
  const [own = '', ...extended] = packed;
  const values: string[] = [];
  for (const component of [part, vendor, product, version, update, own, language, ...extended]) {
    const value = decoded(component);
    if (value === undefined) return undefined;
    values.push(value);
  }
  return values;
}

/** The URI of the eleven attributes; empty components at the end are left out. */
export function writeUri(values: Values): string {
  const [part = '', vendor = '', product = '', version = '', update = '', edition = '', language = '', ...extended] =
    values.map(encoded);
  const packed = extended.some((value) => value !== '') ? `~${[edition, ...extended].join('~')}` : edition;
  const text = [part, vendor, product, version, update, packed, language].join(':');
  return `cpe:/${text.replace(/:+$/, '')}`;
}

function decoded(component: string): string | undefined {
  if (component === '') return ANY;
  if (component === NA) return NA;
  let value = '';
  for (const item of component.match(/%..|[^]/g) ?? []) {
    const character = item.startsWith('%') ? formOf(item) : item;
    if (character === undefined) return undefined;
    value += item === '%01' || item === '%02' ? character : quoted(character);
  }
  return readValue(value);
}

/** The character of a percent-encoded form; only punctuation that must be encoded is. */
function formOf(item: string): string | undefined {
  if (item === '%01') return '?';
  if (item === '%02') return '*';
  const character = /^%[2-7][0-9a-f]$/.test(item) ? String.fromCharCode(Number.parseInt(item.slice(1), 16)) : '';
  return /^[!-,/:-@[-^`{-~]$/.test(character) ? character : undefined;
}

function encoded(value: string): string {
  if (value === ANY) return '';
  return value.replace(/\\(.)|[*?]/g, (item, character?: string) => {
    if (character === undefined) return item === '?' ? '%01' : '%02';
    return character === '-' ? character : `%${character.charCodeAt(0).toString(16)}`;
  });
}
