import type { AdvisorySource } from '../../advisory.ts';
import { osvPublisher } from '../osv/publisher.ts';
import { yamlReader } from '../yaml.ts';

/** The Python Packaging Advisory Database: OSV records in YAML, `…/vulns/<project>/PYSEC-YYYY-N.yaml`. */
export const pypa: AdvisorySource = osvPublisher({
  id: 'pypa',
  url: 'https://github.com/pypa/advisory-database/archive/refs/heads/main.zip',
  ecosystems: ['PyPI'],
  kindOf: (name) => (/(?:^|\/)vulns\/[^/]+\/[^/]+\.ya?ml$/.test(name) ? 'record' : 'no-record'),
  reader: yamlReader,
});
