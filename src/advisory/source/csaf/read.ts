import { AdvisoryError } from '../../advisory.ts';
import { asObject, asText } from '../document.ts';
import { refuseWebPage } from '../packed.ts';
import type { CsafDocument } from './csaf.ts';
import { objectsIn, optional, urlsOf } from './fields.ts';
import { productTree } from './products.ts';
import { statements } from './vulnerability.ts';

/** Reads a CSAF document. Throws `AdvisoryError` when it is none; members of the wrong shape are taken for absent. */
export function readCsaf(bytes: Uint8Array): CsafDocument {
  const root = asObject(parsed(bytes));
  const document = asObject(root?.['document']);
  const tracking = asObject(document?.['tracking']);
  const id = asText(tracking?.['id']);
  if (root === undefined || id === undefined) {
    throw new AdvisoryError('not-the-format', 'the document is not a CSAF document', id);
  }
  const tree = productTree(root['product_tree']);
  return {
    id,
    category: asText(document?.['category']) ?? '',
    status: asText(tracking?.['status']) ?? '',
    ...optional('title', document?.['title']),
    ...optional('published', tracking?.['initial_release_date']),
    ...optional('modified', tracking?.['current_release_date']),
    ...optional('severity', asObject(document?.['aggregate_severity'])?.['text']),
    references: urlsOf(document?.['references']),
    vulnerabilities: objectsIn(root['vulnerabilities']).map((one) => statements(one, tree.groups)),
    parts: tree.parts,
  };
}

function parsed(bytes: Uint8Array): unknown {
  refuseWebPage(bytes);
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
  try {
    return JSON.parse(text);
  } catch (cause) {
    const cut = /^\s*\{/.test(text) && !text.trimEnd().endsWith('}');
    if (cut) throw new AdvisoryError('truncated', 'the document ends too early', undefined, cause);
    throw new AdvisoryError('not-the-format', 'the document is not valid JSON', undefined, cause);
  }
}
