import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Advisory, Affected, ParseReport } from '../../advisory.ts';
import { describeSource } from '../source.contract.ts';
import { dayOf } from './day.ts';
import { debianLists } from './debian-lists.ts';

const genuine = readFileSync(new URL('testdata/list.txt', import.meta.url));
const FIRST =
  '[29 Mar 2023] DSA-5380-1 xorg-server - security update\n\t{CVE-2023-1393}\n\t[bullseye] - xorg-server 2:1.20\n';

async function parse(bytes: Uint8Array, at = 0): Promise<{ report: ParseReport; advisories: Advisory[] }> {
  const feed = debianLists.feeds(undefined)[at];
  if (feed === undefined) throw new Error('no feed');
  const advisories: Advisory[] = [];
  const report = await debianLists.parse(
    feed,
    bytes,
    (advisory) => advisories.push(advisory),
    () => {},
  );
  return { report, advisories };
}

describeSource(debianLists, {
  ecosystem: 'Debian:11',
  foreign: 'Raspbian:11',
  document: genuine,
  expected: {
    report: { read: 12, kept: 8, skipped: { 'not-security': 1, 'no-package': 3 }, malformed: [] },
    ids: ['DSA-5380-1', 'DSA-5378-1', 'DSA-3699-1', 'DSA-2798-1', 'DSA-2275-1', 'DSA-136', 'DLA-372-1', 'DTSA-1-1'],
  },
  empty: Buffer.from('\n'),
  record: '[25 Mar 2023] DSA-5378-1 xen - security update\n\t{CVE-2022-23824}\n\t[bullseye] - xen 4.14.5+94-1\n',
  around: (record) => Buffer.from(`${FIRST}${typeof record === 'string' ? record : JSON.stringify(record)}\n${FIRST}`),
  many: (count) => {
    const entries = Array.from({ length: 1000 }, (_, entry) => {
      const lines = Array.from({ length: count / 1000 }, (__, at) => `\t[bullseye] - p${at} 1.0-1\n`);
      return `[29 Mar 2023] DSA-${entry}-1 p - security update\n\t{CVE-2023-${10_000 + entry}}\n${lines.join('')}`;
    });
    return Buffer.from(entries.join(''));
  },
});

function line({ ecosystem, package: name, status, ranges, fixState, note, severity }: Affected): string {
  const fixed = ranges.flatMap(({ events }) => events.flatMap((event) => ('fixed' in event ? event.fixed : [])));
  const what = status === 'affected' ? fixState : status;
  return [ecosystem, name, what, ...fixed, ...(note ? [`(${note})`] : []), ...(severity ? [severity.label] : [])].join(
    ' ',
  );
}

describe('genuine entries', () => {
  it.each<[string, string, readonly string[], readonly string[]]>([
    ['DSA-5380-1', '2023-03-29', ['CVE-2023-1393'], ['Debian:11 xorg-server fixed 2:1.20.11-1+deb11u6']],
    [
      'DSA-5378-1',
      '2023-03-25',
      ['CVE-2022-23824', 'CVE-2022-42331', 'CVE-2022-42332', 'CVE-2022-42333', 'CVE-2022-42334'],
      ['Debian:11 xen fixed 4.14.5+94-ge49571868d-1'],
    ],
    ['DSA-3699-1', '2016-10-25', [], ['Debian:8 virtualbox end-of-life']],
    [
      'DSA-2798-1',
      '2013-11-17',
      ['CVE-2013-4545'],
      ['Debian:6 curl fixed 7.21.0-2.1+squeeze5', 'Debian:7 curl fixed 7.26.0-1+wheezy5'],
    ],
    [
      'DSA-2275-1',
      '2011-07-07',
      ['CVE-2011-2685'],
      [
        'Debian:6 openoffice.org fixed 1:3.2.1-11+squeeze3',
        'Debian:5 openoffice.org not-affected (Vulnerable code not present)',
      ],
    ],
    [
      'DSA-136',
      '2002-07-30',
      ['CVE-2002-0655', 'CVE-2002-0656', 'CVE-2002-0657', 'CVE-2002-0659'],
      [
        'Debian:3.0 openssl094 fixed 0.9.4-6.woody.2',
        'Debian:3.0 openssl095 fixed 0.9.5a-6.woody.1',
        'Debian:3.0 openssl fixed 0.9.6c-2.woody.1',
      ],
    ],
    ['DLA-372-1', '2015-12-18', [], ['Debian:6 virtualbox-ose end-of-life']],
    ['DTSA-1-1', '2005-08-26', ['CVE-2005-2626', 'CVE-2005-2627'], ['Debian:4 kismet fixed 2005.08.R1-0.1etch1 high']],
  ])('%s', async (id, published, covers, lines) => {
    const { advisories } = await parse(genuine);
    const found = advisories.find((advisory) => advisory.id === id);
    expect(found).toMatchObject({
      published,
      covers,
      references: [{ type: 'advisory', url: `https://security-tracker.debian.org/tracker/${id}` }],
    });
    expect(found?.affected.map(line)).toEqual(lines);
  });
});

describe('one entry', () => {
  const entry = (subject: string, ...lines: readonly string[]): Uint8Array =>
    Buffer.from([`[01 Jan 2020] DLA-1-1 ${subject}`, ...lines, ''].join('\n'));

  it.each<[string, string, string]>([
    ['a fixed version', '1.0-1', 'Debian:12 bash fixed 1.0-1'],
    ['never affected', '<not-affected>', 'Debian:12 bash not-affected'],
    ['version 0 is that of who was never affected', '0', 'Debian:12 bash not-affected'],
    ['no fix', '<unfixed>', 'Debian:12 bash not-fixed'],
    ['no advisory planned', '<no-dsa> (Minor issue)', 'Debian:12 bash not-fixed (Minor issue)'],
    ['put off', '<postponed> (Minor issue)', 'Debian:12 bash deferred (Minor issue)'],
    ['given up', '<ignored> (Too intrusive)', 'Debian:12 bash will-not-fix (Too intrusive)'],
    ['out of support', '<end-of-life>', 'Debian:12 bash end-of-life'],
    ['nobody knows', '<undetermined>', 'Debian:12 bash undetermined (<undetermined>)'],
    ['a word that is new', '<removed>', 'Debian:12 bash undetermined (<removed>)'],
    ['urgency', '1 (bug #332424; medium)', 'Debian:12 bash fixed 1 medium'],
  ])('%s', async (_, state, expected) => {
    const { advisories } = await parse(entry('bash - security update', ' {CVE-2020-1}', ` [bookworm] - bash ${state}`));
    expect(advisories.flatMap(({ affected }) => affected.map(line))).toEqual([expected]);
  });

  it.each<[string, readonly string[], Record<string, number>]>([
    ['bash - regression update', [' [bookworm] - bash 1'], { 'not-security': 1 }],
    ['bash - regression update', [' {CVE-2020-1}', ' [bookworm] - bash 1'], {}],
    ['tzdata - new timezone database', [' [bookworm] - tzdata 1'], { 'not-security': 1 }],
    ['bash - security update', [' [bookworm] - bash 1'], {}],
    ['bash - end-of-life', [' [bookworm] - bash <end-of-life>'], {}],
    ['bash - security update', [' {CVE-2020-1}'], { 'no-package': 1 }],
    ['bash - security update', [' [bookworm] - bash 1', ' and more'], { malformed: 1 }],
  ])('%s with %j skips %j', async (subject, lines, skipped) => {
    expect((await parse(entry(subject, ...lines))).report.skipped).toEqual(skipped);
  });

  it.each([
    ['29 Mar 2023', '2023-03-29'],
    ['9 Mar 2023', '2023-03-09'],
    ['August 26th, 2005', '2005-08-26'],
    ['December 1st, 2005', '2005-12-01'],
    ['31 Feb 2023', undefined],
    ['29 Mrz 2023', undefined],
    ['', undefined],
  ])('is dated %j', (text, day) => {
    expect(dayOf(text)).toBe(day);
  });
});

const root = new URL('../../../../../shared/feeds/', import.meta.url);
const absent = !existsSync(root);
const why = absent ? ' (SKIPPED: the feed snapshots ../shared/feeds are not here)' : '';

describe.skipIf(absent)(`the whole lists${why}`, () => {
  it.each([
    ['DSA', 0, 5406],
    ['DLA', 1, 3534],
    ['DTSA', 2, 208],
  ])('of %s are read, every entry', async (name, at, entries) => {
    const url = debianLists.feeds(undefined)[at]?.url ?? '';
    const bytes = readFileSync(new URL(url.slice('https://'.length), root));
    const text = bytes.toString();
    const { report, advisories } = await parse(bytes, at);
    expect(report.read).toBe(entries);
    expect(report.read).toBe(text.match(/^\[/gm)?.length);
    expect(Object.keys(report.skipped).toSorted()).toEqual(at === 2 ? ['no-package'] : ['no-package', 'not-security']);
    // Every package line and every CVE of the entries that are kept, counted by another way.
    const kept = new Set(advisories.map(({ id }) => id));
    const parts = text.split(/^(?=\[)/m).filter((part) => kept.has(/\] +(\S+)/.exec(part)?.[1] ?? ''));
    const lines = parts.join('').match(/^\s+\[[a-z]+\] - /gm)?.length;
    expect(advisories.reduce((sum, { affected }) => sum + affected.length, 0)).toBe(lines);
    const flaws = parts.flatMap((part) => [
      ...new Set(
        part
          .match(/^\s+\{.*\}/gm)
          ?.join()
          .match(/CVE-\d+-\d+/g),
      ),
    ]);
    expect(advisories.flatMap(({ covers }) => covers)).toEqual(flaws);
    expect(advisories.filter(({ published }) => published === undefined).map(({ id }) => `${name} ${id}`)).toEqual([]);
  });
});
