import { gunzipSync } from 'node:zlib';
import { asArray, asObject, asText, DocumentError, readJson } from '../document.ts';
import type { Component } from './facts.ts';

type JsonObject = Readonly<Record<string, unknown>>;

const maximumComponents = 50_000;
const maximumUnpacked = 16 << 20;

/**
 * The components of a CycloneDX bill of materials in JSON that have a purl and a version, nested ones too. Throws
 * `DocumentError`.
 */
export function readBill(bytes: Uint8Array): Component[] {
  return componentsOf(documentOf(bytes), (component) => partsOf(asText(component['purl'])));
}

function documentOf(bytes: Uint8Array): JsonObject {
  const bill = asObject(readJson(bytes));
  if (asText(bill?.['bomFormat']) !== 'CycloneDX')
    throw new DocumentError('corrupt', 'A bill of materials is not in the format CycloneDX');
  return bill ?? {};
}

function componentsOf(bill: JsonObject, identify: (component: JsonObject) => Component | undefined): Component[] {
  const found: Component[] = [];
  const waiting = [...(asArray(bill['components']) ?? [])];
  for (let item = waiting.pop(); item !== undefined; item = waiting.pop()) {
    const component = asObject(item) ?? {};
    for (const inner of asArray(component['components']) ?? []) waiting.push(inner);
    const named = withVersion(component, identify(component));
    if (named === undefined) continue;
    if (found.length >= maximumComponents)
      throw new DocumentError('too-large', 'A bill of materials has too many components');
    found.push(named);
  }
  return found;
}

function withVersion(component: JsonObject, parts: Component | undefined): Component | undefined {
  const version = parts?.version || asText(component['version']) || '';
  return parts === undefined || version === '' ? undefined : { ...parts, version };
}

/** What a program was made of, and which artifact it is itself where the bill says so. */
export interface NativeImageBill {
  readonly root?: Component;
  readonly components: readonly Component[];
}

/**
 * The bill of materials that GraalVM puts into programs it makes of Java: gzip-compressed CycloneDX at the symbol `sbom`,
 * of as many bytes as the number at the symbol `sbom_length` says. Throws `DocumentError`.
 */
export function readNativeImageBill(packed: Uint8Array): NativeImageBill {
  let bytes: Uint8Array;
  try {
    bytes = gunzipSync(packed, { maxOutputLength: maximumUnpacked });
  } catch (cause) {
    throw new DocumentError('corrupt', 'A bill of materials cannot be unpacked', undefined, cause);
  }
  const bill = documentOf(bytes);
  const own = asObject(asObject(bill['metadata'])?.['component']) ?? {};
  const root = withVersion(own, nativeParts(own));
  const components = componentsOf(bill, nativeParts);
  return root === undefined ? { components } : { root, components };
}

/** Before specification 1.5, GraalVM wrote no purls. */
function nativeParts(component: JsonObject): Component | undefined {
  const parts = partsOf(asText(component['purl']));
  const name = asText(component['name']) ?? '';
  if (parts !== undefined || name === '') return parts;
  return { type: 'maven', namespace: asText(component['group']) ?? '', name, version: '' };
}

/** scheme ":" type "/" [namespace "/"] name ["@" version] ["?" qualifiers] ["#" subpath]. */
function partsOf(purl: string | undefined): Component | undefined {
  const match = /^pkg:\/*([a-z][a-z\d.+-]*)\/(?:([^?#@]*)\/)?([^/?#@]+)(?:@([^?#]*))?(?:[?#].*)?$/i.exec(
    (purl ?? '').slice(0, 2048),
  );
  if (!match) return undefined;
  const [, type = '', namespace = '', name = '', version = ''] = match;
  try {
    const [plainNamespace = '', plainName = '', plainVersion = ''] = [namespace, name, version].map(decodeURIComponent);
    return { type: type.toLowerCase(), namespace: plainNamespace, name: plainName, version: plainVersion };
  } catch {
    return undefined;
  }
}
