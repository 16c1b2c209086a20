/*
 * Photon OS publishes twice, per release:
 *
 *   photon_cve_metadata/cve_data_photon5.0.json: an array of
 *     { cve_id, pkg: package, cve_score?, aff_ver: text, res_ver: version that brought the fix or "NA", status?: "Fixed" / "Not Affected" }
 *   photon_oval_definitions/com.vmware.phsa-photon5.xml.gz: OVAL patch definitions, one per notice (PHSA), by binary packages
 *
 * The array knows more flaws, and those that are not in a package; its packages are mostly source packages (`curl`), at times
 * subpackages (`curl-libs`), and it does not say which: each is given as both. The notices name every binary package, have a
 * severity in words and dates. Neither lists what has no fix.
 */
import type { AdvisorySource, Feed } from '../../advisory.ts';
import { parseOval } from '../oval/oval.ts';
import { parseMetadata } from './metadata.ts';
import { noticeOf } from './notice.ts';
import known from './releases.json' with { type: 'json' };

const HOME = 'https://packages.broadcom.com/photon/';

/** Photon OS's notices and list of fixed flaws. */
export const photon: AdvisorySource = {
  id: 'photon',
  lists: () => 'fixes',
  feeds: feedsOf,
  parse: (feed, bytes, keep) => {
    const ecosystem = feed.ecosystems[0] ?? '';
    return feed.url.endsWith('.json')
      ? parseMetadata(bytes, ecosystem, keep)
      : parseOval(bytes, keep, (definition) => noticeOf(definition, ecosystem));
  },
};

/** A release newer than the list can be asked for by its name. */
function feedsOf(ecosystems: readonly string[] | undefined): readonly Feed[] {
  const wanted = new Set<string>();
  for (const ecosystem of ecosystems ?? ['Photon OS']) {
    if (ecosystem === 'Photon OS') for (const release of known.releases) wanted.add(release);
    const release = /^Photon OS:(\d+\.\d+)$/.exec(ecosystem)?.[1];
    if (release !== undefined) wanted.add(release);
  }
  return [...wanted].flatMap((release) => [
    {
      url: `${HOME}photon_oval_definitions/com.vmware.phsa-photon${release.replace('.0', '')}.xml.gz`,
      ecosystems: [`Photon OS:${release}`],
    },
    { url: `${HOME}photon_cve_metadata/cve_data_photon${release}.json`, ecosystems: [`Photon OS:${release}`] },
  ]);
}
