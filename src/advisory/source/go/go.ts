import type { AdvisorySource } from '../../advisory.ts';
import { osvPublisher } from '../osv/publisher.ts';

/**
 * The Go vulnerability database, by the Go security team: `ID/GO-YYYY-N.json`, beside indexes of them. It has the standard
 * library and Go's own commands as modules `stdlib` and `toolchain`, and names packages and symbols that have the flaw.
 */
export const go: AdvisorySource = osvPublisher({
  id: 'go',
  url: 'https://vuln.go.dev/vulndb.zip',
  ecosystems: ['Go'],
  kindOf: (name) => (/(?:^|\/)ID\/[^/]+\.json$/.test(name) ? 'record' : 'no-record'),
});
