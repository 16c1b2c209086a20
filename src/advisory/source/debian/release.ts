import { dpkg } from '../../../version/dpkg.ts';
import type { Unparsable } from '../../../version/version.ts';

import type { Affected, FixState, Severity, SeverityLabel } from '../../advisory.ts';
import { asObject, asText } from '../document.ts';
import { ecosystemOf } from './codename.ts';

type Newest = Exclude<ReturnType<typeof dpkg.parse>, Unparsable>;

const LABELS: ReadonlyMap<string, SeverityLabel> = new Map([
  ['unimportant', 'negligible'],
  ['low', 'low'],
  ['medium', 'medium'],
  ['high', 'high'],
]);

/**
 * What the tracker says of a source package in one release. A resolved flaw whose fix the release does not carry yet
 * keeps its range, so that a package from elsewhere that has the fix is not affected, but is `not-fixed`. What cannot be
 * understood is `undetermined`, never left out.
 */
export function affectedIn(source: string, codename: string, release: unknown): Affected {
  const fields = asObject(release);
  const fixed = asText(fields?.['fixed_version']);
  const base = baseOf(source, codename, fields);
  if (fields === undefined) return { ...base, status: 'undetermined', note: 'unreadable entry' };
  switch (fields['status']) {
    case 'resolved':
      if (fixed === undefined) return { ...base, status: 'undetermined', note: 'resolved, but in no version' };
      if (fixed === '0') return { ...base, status: 'not-affected' };
      return { ...base, ...resolved(fields, fixed), ranges: below(fixed) };
    case 'open':
      return { ...base, fixState: fixStateOf(fields), ...noteOf(asText(fields['nodsa'])) };
    case 'undetermined':
      return { ...base, status: 'undetermined', ...noteOf(asText(fields['nodsa'])) };
    default:
      return { ...base, status: 'undetermined', note: `status ${asText(fields['status'])?.slice(0, 40) ?? 'missing'}` };
  }
}

function baseOf(source: string, codename: string, fields: Readonly<Record<string, unknown>> | undefined): Affected {
  const severity = severityOf(asText(fields?.['urgency']));
  return {
    ecosystem: ecosystemOf(codename),
    package: source,
    appliesTo: 'source',
    status: 'affected',
    ranges: [],
    fixState: 'unknown',
    ...(severity === undefined ? {} : { severity }),
  };
}

function below(fixed: string): Affected['ranges'] {
  return [{ type: 'ecosystem', events: [{ introduced: '0' }, { fixed }] }];
}

/** Whether the fix is to be had in the release: its newest version, over all suites, must have reached it. */
function resolved(fields: Readonly<Record<string, unknown>>, fixed: string): Pick<Affected, 'fixState' | 'note'> {
  const newest = newestOf(asObject(fields['repositories']) ?? {});
  const wanted = dpkg.parse(fixed);
  const carried = newest === undefined || wanted.kind === 'unparsable' || dpkg.compare(newest, wanted) >= 0;
  if (carried) return { fixState: 'fixed' };
  const words = [`fixed in ${fixed}, which the release does not carry`, asText(fields['nodsa'])];
  return { fixState: fixStateOf(fields), note: words.filter((word) => word !== undefined).join('; ') };
}

/** Undefined when no version is listed or none can be read: then nothing speaks against the fix. */
function newestOf(repositories: Readonly<Record<string, unknown>>): Newest | undefined {
  let newest: Newest | undefined;
  for (const text of Object.values(repositories)) {
    const version = dpkg.parse(asText(text) ?? '');
    if (version.kind === 'unparsable') continue;
    if (newest === undefined || dpkg.compare(version, newest) > 0) newest = version;
  }
  return newest;
}

function fixStateOf(fields: Readonly<Record<string, unknown>>): FixState {
  if (fields['urgency'] === 'end-of-life') return 'end-of-life';
  switch (fields['nodsa_reason']) {
    case 'ignored':
      return 'will-not-fix';
    case 'postponed':
      return 'deferred';
    default:
      return 'not-fixed';
  }
}

function noteOf(note: string | undefined): { readonly note?: string } {
  return note === undefined ? {} : { note };
}

/** The tracker marks an urgency that came from NVD with two asterisks. */
function severityOf(urgency: string | undefined): Severity | undefined {
  if (urgency === undefined) return undefined;
  const label = LABELS.get(urgency.replace(/\*+$/, '')) ?? 'unknown';
  return { label, scheme: 'debian-urgency', value: urgency, by: 'debian' };
}
