import { gunzipSync } from 'node:zlib';
import { asArray, asObject, asText, DocumentError, readJson } from '../document.ts';
import type { Component } from './facts.ts';

const maximumComponents = 50_000;
const maximumUnpacked = 64 << 20;

/**
 * The components of a CycloneDX bill of materials in JSON that have a purl and a version, nested ones too. Throws
 * `DocumentError`.
 */
export function readBill(bytes: Uint8Array): Component[] {
  const bill = asObject(readJson(bytes));
  if (asText(bill?.['bomFormat']) !== 'CycloneDX')
    throw new DocumentError('corrupt', 'A bill of materials is not in the format CycloneDX');
  const found: Component[] = [];
  const waiting = [...(asArray(bill?.['components']) ?? [])];
  for (let item = waiting.pop(); item !== undefined; item = waiting.pop()) {
    const component = asObject(item);
    for (const inner of asArray(component?.['components']) ?? []) waiting.push(inner);
    const parts = partsOf(asText(component?.['purl']));
    const version = parts?.version || asText(component?.['version']) || '';
    if (parts === undefined || version === '') continue;
    if (found.length >= maximumComponents)
      throw new DocumentError('too-large', 'A bill of materials has too many components');
    found.push({ ...parts, version });
  }
  return found;
}

/**
 * The components of the bill of materials that GraalVM puts into programs it makes of Java: gzip-compressed CycloneDX at
 * the symbol `sbom`, of as many bytes as the number at the symbol `sbom_length` says. Throws `DocumentError`.
 */
export function readNativeImageBill(packed: Uint8Array): Component[] {
  let bytes: Uint8Array;
  try {
    bytes = gunzipSync(packed, { maxOutputLength: maximumUnpacked });
  } catch (cause) {
    throw new DocumentError('corrupt', 'A bill of materials cannot be unpacked', undefined, cause);
  }
  return readBill(bytes);
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
