import { readFileSync } from 'node:fs';
import type { Advisory, AdvisorySource, Affected, ParseReport } from '../../advisory.ts';
import type { SourceSample } from '../source.contract.ts';
import { readElement, type XmlElement } from './xml.ts';

/** An element as JSON, so that the contract can put anything in the place of any part of it. */
function jsonOf({ name, attributes, children, text }: XmlElement): unknown {
  return {
    name,
    attributes: Object.fromEntries(attributes),
    ...(children.length > 0 ? { children: children.map(jsonOf) } : { text }),
  };
}

/** The XML of such JSON; of any other JSON an element that holds its text. */
function xmlOf(value: unknown): string {
  const fields = (typeof value === 'object' && value !== null ? value : {}) as Readonly<Record<string, unknown>>;
  const name = typeof fields['name'] === 'string' && /^[a-z_]\w*$/.test(fields['name']) ? fields['name'] : undefined;
  if (name === undefined) return `<definition class="patch">${escaped(JSON.stringify(value) ?? '')}</definition>`;
  const attributes = Object.entries((fields['attributes'] ?? {}) as Readonly<Record<string, unknown>>)
    .filter(([key]) => /^[a-z_]\w*$/i.test(key))
    .map(([key, text]) => ` ${key}="${escaped(textOf(text))}"`);
  const { children } = fields;
  const inner = Array.isArray(children) ? children.map(xmlOf).join('') : escaped(textOf(fields['text']));
  return `<${name}${attributes.join('')}>${inner}</${name}>`;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

/** An OVAL document of these definitions, with what else it has behind them. */
export function ovalOf(definitions: string, behind = ''): Buffer {
  return Buffer.from(
    `<?xml version="1.0"?>\n<oval_definitions><definitions>${definitions}</definitions>${behind}</oval_definitions>`,
  );
}

/** What the contract needs, out of a genuine document: its first definition, with the tests of all of them. */
export function ovalSample(
  file: URL,
  rest: Pick<SourceSample, 'ecosystem' | 'foreign' | 'expected' | 'many'>,
): SourceSample {
  const document = readFileSync(file);
  const text = document.toString();
  const [first = ''] = /<definition\b[^]*?<\/definition>/.exec(text) ?? [];
  const behind = text
    .slice(text.indexOf('</definitions>') + '</definitions>'.length)
    .replace(/<\/oval_definitions>\s*$/, '');
  const record = readElement(first);
  if (record === undefined) throw new Error('the document has no definition');
  return {
    document,
    empty: ovalOf(''),
    record: jsonOf(record),
    around: (value) => ovalOf(xmlOf(value), behind),
    ...rest,
  };
}

/** A definition around criteria. */
export function definitionOf(metadata: string, criteria: string, kind = 'patch'): string {
  return `<definition id="oval:test:def:1" class="${kind}"><metadata>${metadata}</metadata>${criteria}</definition>`;
}

/** A package test with its object and its state, `tst:<id>`. */
export function testOf(id: string, name: string, state: string, attributes = 'check="at least one"'): string {
  return [
    `<tests><rpminfo_test id="tst:${id}" ${attributes}><object object_ref="obj:${id}"/><state state_ref="ste:${id}"/></rpminfo_test></tests>`,
    `<objects><rpminfo_object id="obj:${id}"><name>${name}</name></rpminfo_object></objects>`,
    `<states><rpminfo_state id="ste:${id}">${state}</rpminfo_state></states>`,
  ].join('');
}

/** What a source makes of a document of one ecosystem's first feed. */
export async function advisoriesIn(
  source: AdvisorySource,
  ecosystem: string,
  document: Uint8Array,
): Promise<{ readonly report: ParseReport; readonly advisories: readonly Advisory[] }> {
  const [feed] = source.feeds([ecosystem]);
  if (feed === undefined) throw new Error('the source has no such ecosystem');
  const advisories: Advisory[] = [];
  const report = await source.parse(
    feed,
    document,
    (advisory) => advisories.push(advisory),
    () => {},
  );
  return { report, advisories };
}

/** What advisories say of an ecosystem, a line each: identifier, package, status, versions, limits. */
export function linesOf(advisories: readonly Advisory[], ecosystem: string): readonly string[] {
  return advisories.flatMap(({ id, affected }) =>
    affected.filter((entry) => entry.ecosystem === ecosystem).map((entry) => `${id} ${lineOf(entry)}`),
  );
}

function lineOf({ package: name, status, fixState, ranges, versions = [], qualifiers = {}, note }: Affected): string {
  const { module, flavour, architectures, service } = qualifiers;
  return [
    name,
    status === 'affected' ? fixState : status,
    ...ranges.map(({ events }) => events.map((event) => Object.entries(event).flat().join(' ')).join(' ')),
    ...versions,
    ...(module === undefined || module === '' ? [] : [module]),
    ...(flavour === undefined || flavour === 'plain' ? [] : [flavour]),
    ...(architectures === undefined ? [] : [`for ${architectures.join(',')}`]),
    ...(service === undefined ? [] : [`with ${service}`]),
    ...(note === undefined ? [] : [`(${note})`]),
  ].join(' ');
}

/** One definition about many packages, by tests of their own: `definitions` times `packages` entries. */
export function manyOf(
  definitions: number,
  packages: number,
  definition: (number: number, criteria: string) => string,
): Buffer {
  const numbers = [...Array(packages).keys()];
  const criteria = numbers.map((at) => `<criterion test_ref="tst:${at}" comment="p${at} is affected"/>`).join('');
  const list = [...Array(definitions).keys()].map((at) =>
    definition(at, `<criteria operator="OR">${criteria}</criteria>`),
  );
  return ovalOf(
    list.join(''),
    numbers.map((at) => testOf(`${at}`, `p${at}`, '<evr operation="less than">0:1-1</evr>')).join(''),
  );
}
