import { asArray, asObject, asText, entriesOf, readJson } from '../document.ts';

/** A component that Bitnami put into an image. */
export interface Component {
  /** By which relations mean it. */
  readonly key: string;
  readonly name: string;
  /** With Bitnami's revision, `17.2.0-8`. */
  readonly version: string;
  readonly architecture?: string | undefined;
  readonly distro?: string | undefined;
  readonly licenses: readonly string[];
}

/** What a document tells. */
export interface Components {
  readonly components: readonly Component[];
  /** Keys of what the document is about. */
  readonly described: ReadonlySet<string>;
  readonly contains: readonly (readonly [from: string, to: string])[];
  /** Entries without usable name or version. */
  readonly damaged: readonly string[];
  /** Packages of other ecosystems. */
  readonly others: number;
}

/**
 * The package URL of a component: `pkg:bitnami/name@version-revision?arch=…&distro=…`.
 */
const componentPurl = /^pkg:bitnami\/([\w%.+-]{1,200})@([\w%.+-]{1,200})(?:\?([^#]*))?$/;

/** Reads `.spdx-<name>.spdx`, SPDX 2.3 in JSON. Undefined when it is none. Throws `DocumentError`. */
export function readSpdx(bytes: Uint8Array): Components | undefined {
  const document = asObject(readJson(bytes));
  const packages = asArray(document?.['packages']);
  if (document === undefined || packages === undefined || asText(document['spdxVersion']) === undefined)
    return undefined;
  const components: Component[] = [];
  const damaged: string[] = [];
  let others = 0;
  for (const value of packages) {
    const entry = asObject(value) ?? {};
    const purl = (asArray(entry['externalRefs']) ?? []).map(locatorOf).find((locator) => locator?.startsWith('pkg:'));
    if (purl?.startsWith('pkg:bitnami/')) {
      const component = componentOf(entry, purl);
      if (component === undefined) damaged.push(purl);
      else components.push(component);
    } else if (asText(entry['name']) === undefined) damaged.push('no name');
    else others += 1;
  }
  const relations = (asArray(document['relationships']) ?? []).map((value) => asObject(value) ?? {});
  const pairs = (type: string): [string, string][] =>
    relations.flatMap((relation): [string, string][] => {
      const [from, to] = [asText(relation['spdxElementId']), asText(relation['relatedSpdxElement'])];
      return relation['relationshipType'] === type && from !== undefined && to !== undefined ? [[from, to]] : [];
    });
  return {
    components,
    damaged,
    others,
    described: new Set(pairs('DESCRIBES').map(([, to]) => to)),
    contains: pairs('CONTAINS'),
  };
}

function locatorOf(value: unknown): string | undefined {
  const reference = asObject(value);
  return reference?.['referenceType'] === 'purl' ? asText(reference['referenceLocator']) : undefined;
}

function componentOf(entry: Readonly<Record<string, unknown>>, purl: string): Component | undefined {
  const [, name, version, qualifiers] = componentPurl.exec(purl) ?? [];
  if (name === undefined || version === undefined) return undefined;
  const values = new URLSearchParams(qualifiers ?? '');
  const licenses = ['licenseDeclared', 'licenseConcluded'].flatMap((field) => asText(entry[field]) ?? []);
  return {
    key: asText(entry['SPDXID']) ?? purl,
    name: decoded(name),
    version: decoded(version),
    architecture: values.get('arch') ?? undefined,
    distro: values.get('distro') ?? undefined,
    licenses: licenses.filter((license) => license !== 'NOASSERTION' && license !== 'NONE'),
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * Reads `.bitnami_components.json` of older images: objects by name, each with `version` (with revision), `arch` and
 * `distro`. Undefined when it is none. Throws `DocumentError`.
 */
export function readComponents(bytes: Uint8Array): Components | undefined {
  const document = asObject(readJson(bytes));
  if (document === undefined || Object.keys(document).length === 0) return undefined;
  const components: Component[] = [];
  const damaged: string[] = [];
  for (const [name, value] of entriesOf(document)) {
    const entry = asObject(value) ?? {};
    const version = /^([\w.+-]{1,200})$/.exec(asText(entry['version']) ?? '')?.[1];
    if (version === undefined || !/^[\w.+-]{1,200}$/.test(name)) damaged.push(name);
    else
      components.push({
        key: name,
        name,
        version,
        architecture: asText(entry['arch']),
        distro: asText(entry['distro']),
        licenses: [],
      });
  }
  return { components, damaged, others: 0, described: new Set(), contains: [] };
}
