import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Affected } from '../../advisory.ts';
import { parseFirst } from '../osv/publisher.contract.ts';
import { debian } from './debian.ts';

const root = new URL('../../../../../shared/feeds/samples/debian/', import.meta.url);
const absent = !existsSync(root);
const why = absent ? ' (SKIPPED: the feed samples ../shared/feeds/samples are not here)' : '';

function line({ ecosystem, package: name, status, ranges, fixState, severity, note }: Affected): string {
  const fixed = ranges.flatMap(({ events }) => events.flatMap((event) => ('fixed' in event ? event.fixed : [])));
  const what = status === 'affected' ? fixState : status;
  return [ecosystem, name, what, ...fixed, severity?.label ?? '-', ...(note === undefined ? [] : [`(${note})`])].join(
    ' ',
  );
}

// Read off the documents by eye: status, fixed_version against repositories, urgency, nodsa and its reason.
describe.skipIf(absent)(`rows of the tracker${why}`, () => {
  it.each<[file: string, flaw: string, rows: readonly string[]]>([
    [
      'tracker-data-excerpt-1.json',
      'CVE-2008-7220',
      ['Debian:9', 'Debian:8', 'Debian:10', 'Debian:sid'].map(
        (release) => `${release} prototypejs fixed 1.6.0.2-1 high`,
      ),
    ],
    [
      'tracker-data-excerpt-1.json',
      'CVE-2007-2383',
      ['Debian:9', 'Debian:8', 'Debian:10', 'Debian:sid'].map(
        (release) => `${release} prototypejs not-affected negligible`,
      ),
    ],
    [
      'tracker-data-excerpt-1.json',
      'CVE-2013-1444',
      ['Debian:9', 'Debian:8', 'Debian:10', 'Debian:sid'].map((release) => `${release} txt2man fixed 1.5.5-4.1 low`),
    ],
    [
      'tracker-data-excerpt-1.json',
      'CVE-2005-3111',
      ['Debian:9', 'Debian:8', 'Debian:10', 'Debian:sid'].map((release) => `${release} backupninja fixed 0.8-2 medium`),
    ],
    [
      'tracker-data-excerpt-1.json',
      'CVE-2022-0456',
      [
        'Debian:12 chromium fixed 98.0.4758.80-1 unknown',
        'Debian:11 chromium fixed 98.0.4758.80-1~deb11u1 unknown',
        'Debian:10 chromium end-of-life unknown',
        'Debian:sid chromium fixed 98.0.4758.80-1 unknown',
        'Debian:9 chromium end-of-life unknown',
      ],
    ],
    [
      'tracker-data-excerpt-1.json',
      'CVE-2025-53603',
      [
        'Debian:12 sope fixed 5.8.0-1+deb12u1 unknown',
        'Debian:11 sope fixed 5.0.1-2+deb11u1 unknown',
        'Debian:sid sope fixed 5.12.1-2 unknown',
        'Debian:13 sope fixed 5.12.1-2 unknown',
      ],
    ],
    [
      'tracker-data-excerpt-2.json',
      'CVE-2014-1424',
      ['12', '11', '10', 'sid', '13'].map((release) => `Debian:${release} apparmor not-affected negligible`),
    ],
    [
      'tracker-data-excerpt-2.json',
      'CVE-2016-1585',
      [
        'Debian:12 apparmor not-fixed negligible',
        'Debian:11 apparmor not-fixed negligible',
        'Debian:10 apparmor not-fixed negligible',
        'Debian:sid apparmor fixed 3.0.12-1 negligible',
        'Debian:13 apparmor fixed 3.0.12-1 negligible',
      ],
    ],
    [
      'tracker-data-excerpt-2.json',
      'CVE-2017-6507',
      ['12', '11', '10', 'sid', '13'].map((release) => `Debian:${release} apparmor fixed 2.11.0-3 unknown`),
    ],
  ])('%s %s', async (file, flaw, rows) => {
    const { advisories } = await parseFirst(debian, readFileSync(new URL(file, root)));
    expect(advisories.filter(({ id }) => id === flaw).flatMap(({ affected }) => affected.map(line))).toEqual(rows);
  });
});
