import { type RecordPlace, recordPlaces } from './records.ts';
import { childOf, childrenOf, readElement, type XmlElement } from './xml.ts';

/** One entity of a state: what is asked of a field of the package. */
export interface StateEntity {
  /** `evr`, `version`, `release`, `arch`, `signature_keyid`. */
  readonly field: string;
  /** `equals` when the document says nothing (OVAL common schema, `SimpleDatatypeEnumeration`). */
  readonly operation: string;
  readonly value: string;
}

/** A test with what it refers to. */
export interface OvalTest {
  /** `at least one`, `all`, `none satisfy`, … */
  readonly check: string;
  /** `check_existence`, `at_least_one_exists` when the document says nothing. */
  readonly existence: string;
  /** The package asked about; undefined for an object that is no package, or that is missing. */
  readonly object: string | undefined;
  /** All of them have to hold; undefined for a state that is missing or can't be read. */
  readonly states: readonly (readonly StateEntity[] | undefined)[];
}

/** A document whose definitions can be read one after the other. */
export interface OvalDocument {
  /** Each definition, or what is left of its identifier when it can't be read. */
  readonly definitions: () => Generator<XmlElement | string>;
  /** The test of that identifier; undefined when the document has none. */
  readonly test: (id: string) => OvalTest | undefined;
}

type Places = ReadonlyMap<string, RecordPlace[]>;

/**
 * Reads an OVAL 5 document: packages, states and tests at once, definitions when they are asked for. Throws `AdvisoryError`
 * for a document that is none or ends too early.
 */
export function readOval(bytes: Uint8Array): OvalDocument {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const places = bySection(bytes);
  const objects = readObjects(buffer, places.get('objects') ?? []);
  // SUSE calls the section `state`.
  const states = readStates(buffer, [...(places.get('states') ?? []), ...(places.get('state') ?? [])]);
  const tests = new Map<string, OvalTest>();
  for (const element of elementsOf(buffer, places.get('tests') ?? [])) {
    const id = element.attributes.get('id');
    if (id !== undefined) tests.set(copied(id), testOf(element, objects, states));
  }
  return {
    *definitions() {
      for (const { start, end } of places.get('definitions') ?? []) {
        yield readElement(buffer.toString('utf8', start, end)) ?? identifierAt(buffer, start);
      }
    },
    test: (id) => tests.get(id),
  };
}

function bySection(bytes: Uint8Array): Places {
  const places = new Map<string, RecordPlace[]>();
  for (const place of recordPlaces(bytes)) {
    const list = places.get(place.section);
    if (list === undefined) places.set(place.section, [place]);
    else list.push(place);
  }
  return places;
}

function* elementsOf(buffer: Buffer, places: readonly RecordPlace[]): Generator<XmlElement> {
  for (const { start, end } of places) {
    // What can't be read is missing where it is referred to, and said there.
    const element = readElement(buffer.toString('utf8', start, end));
    if (element !== undefined) yield element;
  }
}

function identifierAt(buffer: Buffer, start: number): string {
  const opening = buffer.toString('utf8', start, start + 200);
  return /\sid\s*=\s*["']([^"'<>]*)/.exec(opening)?.[1] ?? opening;
}

function readObjects(buffer: Buffer, places: readonly RecordPlace[]): ReadonlyMap<string, string> {
  const objects = new Map<string, string>();
  const names = new Map<string, string>();
  for (const element of elementsOf(buffer, places)) {
    const id = element.attributes.get('id');
    // Only a name and nothing else: a set or a filter would narrow what is meant.
    const [child, ...more] = element.children;
    const name = child?.text.trim();
    if (id === undefined || !name || element.name !== 'rpminfo_object' || child?.name !== 'name') continue;
    if (more.length > 0 || (child.attributes.get('operation') ?? 'equals') !== 'equals') continue;
    objects.set(copied(id), shared(names, name));
  }
  return objects;
}

function readStates(buffer: Buffer, places: readonly RecordPlace[]): ReadonlyMap<string, readonly StateEntity[]> {
  const states = new Map<string, readonly StateEntity[]>();
  const words = new Map<string, string>();
  for (const element of elementsOf(buffer, places)) {
    const id = element.attributes.get('id');
    if (id === undefined || (element.attributes.get('operator') ?? 'AND') !== 'AND') continue;
    states.set(
      copied(id),
      element.children.map(({ name, attributes, text }) => ({
        field: shared(words, name),
        operation: shared(words, attributes.get('operation') ?? 'equals'),
        value: copied(text.trim()),
      })),
    );
  }
  return states;
}

function testOf(
  element: XmlElement,
  objects: ReadonlyMap<string, string>,
  states: ReadonlyMap<string, readonly StateEntity[]>,
): OvalTest {
  const { attributes } = element;
  const operator = attributes.get('state_operator') ?? 'AND';
  return {
    check: attributes.get('check') ?? '',
    existence: attributes.get('check_existence') ?? 'at_least_one_exists',
    object: objects.get(childOf(element, 'object')?.attributes.get('object_ref') ?? ''),
    states: childrenOf(element, 'state').map((state) =>
      operator === 'AND' ? states.get(state.attributes.get('state_ref') ?? '') : undefined,
    ),
  };
}

/** A copy that does not hold on to the record that it was cut from; there are hundreds of thousands of them. */
function copied(text: string): string {
  return Buffer.from(text).toString();
}

function shared(known: Map<string, string>, word: string): string {
  const found = known.get(word);
  if (found !== undefined) return found;
  const copy = copied(word);
  known.set(copy, copy);
  return copy;
}
