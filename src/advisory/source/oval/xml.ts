/*
 * One element of an XML document (XML 1.0, without document types, so that there are no entities to expand):
 *
 *   element   = "<" name *attribute ("/>" / ">" *(text / element / comment / CDATA / instruction) "</" name ">")
 *   attribute = blank name "=" ("'" … "'" / DQUOTE … DQUOTE)
 *   reference = "&" (lt / gt / amp / apos / quot / "#" digits / "#x" hexdigits) ";"
 *
 * Names lose their prefix: feeds write `linux-def:evr` and `evr` for the same thing.
 */

/** An element of a feed. */
export interface XmlElement {
  /** Without prefix. */
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  /** Its own text, with references resolved, and blanks at its ends. */
  readonly text: string;
}

interface OpenElement {
  readonly qualified: string;
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: XmlElement[];
  text: string;
}

/** Deeper than any feed; each level costs a frame where trees are walked. */
const DEEPEST = 64;

const TAG =
  /<(\/?)([^\s/>=<"'&]+)((?:\s+[^\s/>=<"']+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*(\/?)>|<!--[^]*?-->|<!\[CDATA\[([^]*?)\]\]>|<\?[^]*?\?>/y;
const ATTRIBUTE = /([^\s=]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;
const REFERENCE = /&([^;&\s]{1,10});/g;
const NAMED: ReadonlyMap<string, string> = new Map([
  ['lt', '<'],
  ['gt', '>'],
  ['amp', '&'],
  ['apos', "'"],
  ['quot', '"'],
]);

const noAttributes: ReadonlyMap<string, string> = new Map();

/** Why a text is no element. */
class NotXml extends Error {}

/** The element that a text consists of; undefined when it is not well-formed, names an entity, or nests too deep. */
export function readElement(text: string): XmlElement | undefined {
  try {
    return elementIn(text);
  } catch (error) {
    if (error instanceof NotXml) return undefined;
    throw error;
  }
}

function elementIn(text: string): XmlElement {
  const open: OpenElement[] = [];
  let root: XmlElement | undefined;
  for (let at = 0; at < text.length; ) {
    const next = text.indexOf('<', at);
    const end = next < 0 ? text.length : next;
    const top = open.at(-1);
    if (top === undefined) refuseText(text, at, end);
    else if (end > at) top.text += resolved(text.slice(at, end));
    if (next < 0) break;
    TAG.lastIndex = next;
    const tag = TAG.exec(text);
    if (tag === null) throw new NotXml();
    at = TAG.lastIndex;
    if (tag[2] === undefined) {
      if (tag[5] !== undefined && top) top.text += tag[5];
      continue;
    }
    if (root !== undefined) throw new NotXml();
    root = take(tag, open);
  }
  if (root === undefined) throw new NotXml();
  return root;
}

/** Opens or closes an element; returns it when it was the outermost one. */
function take(tag: RegExpExecArray, open: OpenElement[]): XmlElement | undefined {
  const [, slash, qualified = '', attributes = '', empty] = tag;
  if (slash === '/') {
    const closed = open.pop();
    if (closed?.qualified !== qualified || attributes !== '') throw new NotXml();
    return placed(closed, open);
  }
  const name = qualified.slice(qualified.indexOf(':') + 1);
  const element = { qualified, name, attributes: attributesIn(attributes), children: [], text: '' };
  if (empty === '/') return placed(element, open);
  if (open.length >= DEEPEST) throw new NotXml();
  open.push(element);
  return undefined;
}

function placed({ name, attributes, children, text }: OpenElement, open: OpenElement[]): XmlElement | undefined {
  const element = { name, attributes, children, text };
  const parent = open.at(-1);
  if (parent === undefined) return element;
  parent.children.push(element);
  return undefined;
}

function refuseText(text: string, from: number, to: number): void {
  if (text.slice(from, to).trim() !== '') throw new NotXml();
}

function attributesIn(text: string): ReadonlyMap<string, string> {
  if (text === '') return noAttributes;
  const attributes = new Map<string, string>();
  for (const [, name = '', double, single] of text.matchAll(ATTRIBUTE)) {
    if (attributes.has(name)) throw new NotXml();
    attributes.set(name, resolved(double ?? single ?? ''));
  }
  return attributes;
}

function resolved(text: string): string {
  return text.includes('&') ? text.replaceAll(REFERENCE, (_, name: string) => character(name)) : text;
}

function character(name: string): string {
  const named = NAMED.get(name);
  if (named !== undefined) return named;
  const digits = /^#(?:x([0-9a-fA-F]+)|([0-9]+))$/.exec(name);
  const code = Number.parseInt(digits?.[1] ?? digits?.[2] ?? '', digits?.[1] === undefined ? 10 : 16);
  if (!(code <= 0x10_ff_ff)) throw new NotXml();
  return String.fromCodePoint(code);
}

/** The first child of that name. */
export function childOf(element: XmlElement | undefined, name: string): XmlElement | undefined {
  return element?.children.find((child) => child.name === name);
}

/** All children of that name. */
export function childrenOf(element: XmlElement | undefined, name: string): readonly XmlElement[] {
  return element?.children.filter((child) => child.name === name) ?? [];
}

/** The text of the first child of that name, without blanks at its ends; undefined when there is none. */
export function textIn(element: XmlElement | undefined, name: string): string | undefined {
  const text = childOf(element, name)?.text.trim();
  return text === '' ? undefined : text;
}
