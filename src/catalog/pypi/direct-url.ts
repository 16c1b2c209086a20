import { asObject, asText, DocumentError, readJson } from '../document.ts';
import { shownOrigin } from '../origin.ts';

/**
 * Where a package was installed from, by its `direct_url.json` (PEP 610): an address, for a repository with the commit
 * (`git+https://…@commit`), without user and password. `undefined` when the file is damaged.
 */
export function readDirectUrl(bytes: Uint8Array): string | undefined {
  try {
    const document = asObject(readJson(bytes));
    const url = asText(document?.['url']);
    if (url === undefined) return undefined;
    const address = shownOrigin(url).slice(0, 1000);
    const vcs = asObject(document?.['vcs_info']);
    const kind = asText(vcs?.['vcs']);
    const commit = asText(vcs?.['commit_id'])?.slice(0, 100);
    return kind === undefined ? address : `${kind.slice(0, 20)}+${address}${commit === undefined ? '' : `@${commit}`}`;
  } catch (error) {
    if (error instanceof DocumentError) return undefined;
    throw error;
  }
}
