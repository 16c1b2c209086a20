import type { AdvisorySource } from '../../advisory.ts';
import { parseSecdb } from './secdb.ts';

/** A distribution without releases that publishes one security database. */
export interface RollingSecdb {
  readonly id: string;
  readonly ecosystem: string;
  readonly url: string;
}

/** The source of a distribution without releases. */
export function rollingSecdb({ id, ecosystem, url }: RollingSecdb): AdvisorySource {
  const feed = { url, ecosystems: [ecosystem] };
  return {
    id,
    lists: () => 'fixes',
    feeds: (ecosystems) => (ecosystems === undefined || ecosystems.includes(ecosystem) ? [feed] : []),
    parse: (_, bytes, keep) => parseSecdb(bytes, keep, { ecosystem, pageOf: () => undefined }),
  };
}
