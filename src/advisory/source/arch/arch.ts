/*
 * Arch Linux's security tracker, all groups of flaws ("AVG") in one document:
 *
 *   [ { name: AVG-<n>, packages: [ names ], status: Fixed / Testing / Vulnerable / Not affected / Unknown,
 *       severity: Critical / High / Medium / Low / Unknown, type, affected: version, fixed: version / null,
 *       ticket, issues: [ CVE ], advisories: [ ASA ] } ]
 *
 * Packages are those that are installed, not what they are built from. A group speaks of a package as long as its status
 * stands: with no version that has the fix, of all versions.
 */
import {
  type Advisory,
  type AdvisorySource,
  type Affected,
  type Feed,
  type ParseReport,
  type Severity,
  type SeverityLabel,
} from '../../advisory.ts';
import { asObject, asText, innerMembers, memberValue, refuseObject } from '../document.ts';
import { isCve } from '../flaw-id.ts';
import { newTally } from '../tally.ts';

const ECOSYSTEM = 'Arch Linux';
const TRACKER = 'https://security.archlinux.org/';
const FEED: Feed = { url: `${TRACKER}all.json`, ecosystems: [ECOSYSTEM] };

/** Arch Linux: groups of flaws of its packages, also of those without a fix. */
export const arch: AdvisorySource = {
  id: 'arch',
  // It has open flaws too, but few volunteers enter them: that it is silent on one says nothing.
  lists: () => 'fixes',
  feeds: (ecosystems) => (ecosystems === undefined || ecosystems.includes(ECOSYSTEM) ? [FEED] : []),
  parse: parseGroups,
};

function parseGroups(_: Feed, bytes: Uint8Array, keep: (advisory: Advisory) => void): ParseReport {
  refuseObject(bytes);
  const tally = newTally();
  for (const slice of innerMembers({ key: '', bytes, offset: 0 })) {
    const group = asObject(memberValue(slice));
    const advisory = group && advisoryOf(group);
    if (advisory === undefined) {
      tally.skip('malformed', asText(group?.['name']) ?? `group ${slice.key}`);
      continue;
    }
    keep(advisory);
    tally.keep();
  }
  return tally.report();
}

type Fields = Readonly<Record<string, unknown>>;

function advisoryOf(group: Fields): Advisory | undefined {
  const id = asText(group['name']);
  const packages = textsIn(group['packages']);
  const issues = textsIn(group['issues']);
  const state = stateOf(group);
  if (id === undefined || packages === undefined || issues === undefined || state === undefined) return undefined;
  if (packages.length === 0) return undefined;
  const pages = [id, ...(textsIn(group['advisories']) ?? [])].filter((name) => /^[\w-]{1,64}$/.test(name));
  const summary = asText(group['type']);
  return {
    id,
    aliases: [],
    covers: [...new Set(issues.filter(isCve))],
    ...(summary === undefined || summary === 'unknown' ? {} : { summary }),
    severities: severitiesOf(group['severity']),
    affected: packages.map((name) => ({ ecosystem: ECOSYSTEM, package: name, appliesTo: 'binary', ...state })),
    references: pages.map((name) => ({ type: 'advisory', url: `${TRACKER}${name}` })),
  };
}

function textsIn(value: unknown): readonly string[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const texts = value.flatMap((item) => asText(item) ?? []);
  return texts.length === value.length ? texts : undefined;
}

type State = Pick<Affected, 'status' | 'ranges' | 'fixState' | 'note'>;

/** Undefined for a status that is none of the tracker's, or that does not go with its versions. */
function stateOf(group: Fields): State | undefined {
  const fixed = asText(group['fixed']);
  if (fixed === undefined && group['fixed'] !== null && group['fixed'] !== undefined && group['fixed'] !== '')
    return undefined;
  const events = [{ introduced: '0' }, ...(fixed === undefined ? [] : [{ fixed }])];
  const ranges = [{ type: 'ecosystem' as const, events }];
  const fixState = fixed === undefined ? 'not-fixed' : 'fixed';
  switch (group['status']) {
    case 'Not affected':
      return { status: 'not-affected', ranges: [], fixState: 'unknown' };
    case 'Fixed':
      return fixed === undefined ? undefined : { status: 'affected', ranges, fixState };
    case 'Testing':
      return { status: 'affected', ranges, fixState, note: 'the fix is in the testing repositories' };
    case 'Vulnerable':
      return { status: 'affected', ranges, fixState, ...(fixed === undefined ? {} : { note: 'not released yet' }) };
    case 'Unknown':
      return { status: 'undetermined', ranges, fixState: fixed === undefined ? 'unknown' : fixState };
    default:
      return undefined;
  }
}

const LABELS: ReadonlyMap<unknown, SeverityLabel> = new Map([
  ['Critical', 'critical'],
  ['High', 'high'],
  ['Medium', 'medium'],
  ['Low', 'low'],
]);

function severitiesOf(value: unknown): readonly Severity[] {
  const label = LABELS.get(value);
  return label === undefined ? [] : [{ label, scheme: 'arch-severity', value: String(value), by: 'arch' }];
}
