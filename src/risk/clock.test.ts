import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { SeverityLabel } from '../advisory/advisory.ts';
import type { Fix } from '../finding/finding.ts';
import type { Circumstances, Decision, KnownFlaw } from './circumstances.ts';
import { CLOCKS, type Clock, dueDate } from './clock.ts';
import { daysAfter, isDay, monthsAfter } from './day.ts';
import { EXPLOITED, findingWith, rating, TODAY } from './testdata/findings.ts';

function clock(id: string): Clock {
  const found = CLOCKS.find((one) => one.id === id);
  if (found === undefined) throw new Error(id);
  return found;
}

const HELD: Circumstances = { today: TODAY, held: { exploited: TODAY } };
const BOD = clock('bod-26-04');
const published = readFileSync(new URL('testdata/bod-26-04-1.0.0.csv', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .slice(1)
  .map((line) => line.split(','));

function flawOf(isListed: boolean, decision?: Decision): Partial<KnownFlaw> {
  return { ...(isListed && EXPLOITED), ...(decision && { decision }) };
}

function decide(automatable: boolean, technicalImpact: string): Decision {
  return {
    exploitation: 'none',
    automatable,
    technicalImpact: technicalImpact as Decision['technicalImpact'],
    at: '2026-05-01',
  };
}

describe('BOD 26-04, table 1, row by row', () => {
  it('has 16', () => {
    expect(new Set(published.map((row) => row.slice(1, 5).join())).size).toBe(16);
    expect(BOD.rows?.length).toBe(16);
  });
  it.each(published)(
    'row %s: KEV %s, exposed %s, automatable %s, %s: %s',
    (_row, kev, exposed, automatable, impact = '', text = '') => {
      const finding = findingWith(flawOf(kev === 'yes', decide(automatable === 'yes', impact)));
      const exposure = { reachable: exposed === 'yes' ? ('outside' as const) : ('inside' as const) };
      const due = dueDate(finding, BOD, { ...HELD, exposure }, { discovered: '2026-11-20' });
      const days = /^(\d+) days/.exec(text)?.[1];
      expect(due).toMatchObject({
        state: days === undefined ? 'next-upgrade' : 'due',
        requires: text.includes('forensic') ? ['forensic triage'] : [],
        assumed: [],
      });
      expect(due.day).toBe(days === undefined ? undefined : daysAfter('2026-11-20', Number(days)));
    },
  );
  it('what is not known is the worst, and said', () => {
    expect(dueDate(findingWith(), BOD, { today: TODAY }, { discovered: '2026-11-20' })).toEqual({
      clock: 'bod-26-04',
      state: 'due',
      day: '2026-11-23',
      overdue: true,
      requires: ['forensic triage'],
      assumed: ['publicly exposed', 'known to be exploited', 'automatable', 'technical impact'],
      lines: [
        'publicly exposed: yes (not known)',
        'known to be exploited: yes (not known)',
        'automatable: yes (not known)',
        'technical impact: total (not known)',
        'fix in 3 days, forensic triage',
        '2026-11-20 (found) + 3 days = 2026-11-23',
      ],
    });
  });
  it('taking an answer away never gives more time', () => {
    const days = (flaw: Partial<KnownFlaw>, here: Circumstances): string =>
      dueDate(findingWith(flaw), BOD, here, { discovered: TODAY }).day ?? '9999-12-31';
    for (const isListed of [true, false])
      for (const automatable of [true, false])
        for (const impact of ['partial', 'total'])
          for (const reachable of ['outside', 'inside', 'none'] as const) {
            const flaw = flawOf(isListed, decide(automatable, impact));
            const whole = days(flaw, { ...HELD, exposure: { reachable } });
            const less = [
              days(flawOf(isListed), { ...HELD, exposure: { reachable } }),
              days(flaw, HELD),
              days(flaw, { ...HELD, exposure: {} }),
              days({ ...flaw, ...flawOf(isListed) }, { today: TODAY, exposure: { reachable } }),
            ];
            expect(less.every((day) => day <= whole)).toBe(true);
          }
  });
});

function severe(label: SeverityLabel): Partial<KnownFlaw> {
  return { severity: rating(label, label, 'debian') };
}

describe('by severity', () => {
  it.each<[string, SeverityLabel, string | undefined]>([
    ['fedramp-rev5', 'critical', '2026-12-24'],
    ['fedramp-rev5', 'high', '2026-12-24'],
    ['fedramp-rev5', 'medium', '2027-02-22'],
    ['fedramp-rev5', 'low', '2027-05-23'],
    ['fedramp-rev5', 'negligible', '2027-05-23'],
    ['fedramp-rev5', 'unknown', '2026-12-24'],
    ['pci-dss-6.3.3', 'critical', '2026-12-24'],
    ['pci-dss-6.3.3', 'high', '2026-12-24'],
    ['pci-dss-6.3.3', 'medium', undefined],
    ['pci-dss-6.3.3', 'unknown', '2026-12-24'],
    ['pci-dss-11.3.1', 'high', '2027-02-24'],
    ['pci-dss-11.3.1', 'low', undefined],
  ])('%s, %s: %s', (id, label, day) => {
    const due = dueDate(findingWith(severe(label)), clock(id), HELD, { discovered: TODAY, fixed: TODAY });
    expect(due.day).toBe(day);
    expect(due.state).toBe(day === undefined ? 'no-limit' : 'due');
    expect(due.assumed).toEqual(label === 'unknown' ? ['severity'] : []);
  });
  it('is overdue the day after', () => {
    const on = (today: string): boolean =>
      dueDate(findingWith(), clock('fedramp-rev5'), { today }, { discovered: '2026-10-25' }).overdue;
    expect([on('2026-11-24'), on('2026-11-25')]).toEqual([false, true]);
  });
});

describe('a clock that starts when there is a fix', () => {
  const PCI = clock('pci-dss-6.3.3');
  const fixed: Fix = { state: 'fixed', version: '2' };
  it.each<[string, Fix, string | undefined, string | undefined, string | undefined, boolean]>([
    ['on its day', fixed, '2026-10-31', '2026-10-01', '2026-11-30', false],
    [
      'a fix of which the day is not known: when it was published',
      fixed,
      undefined,
      '2026-10-01T10:00:00Z',
      '2026-11-01',
      true,
    ],
    ['or when it was found, where that is earlier', fixed, undefined, '2026-11-22', '2026-12-20', true],
    ['or nothing else is known', fixed, undefined, undefined, '2026-12-20', true],
    ['no fix', { state: 'not-fixed' }, undefined, '2026-10-01', undefined, false],
    ['it will not be fixed', { state: 'will-not-fix' }, undefined, '2026-10-01', undefined, false],
    ['not known whether there is one', { state: 'unknown' }, undefined, '2026-10-01', '2026-11-01', true],
  ])('%s', (_name, fix, day, date, due, isAssumed) => {
    const finding = findingWith(date === undefined ? {} : { published: date }, {}, fix);
    const found = dueDate(finding, PCI, HELD, { discovered: '2026-11-20', ...(day && { fixed: day }) });
    expect([found.day, found.state]).toEqual([due, due === undefined ? 'no-fix' : 'due']);
    expect(found.assumed).toEqual(isAssumed ? ['day of the fix'] : []);
  });
  it('any clock may be made to start so', () => {
    const dates = { discovered: '2026-06-01', fixed: '2026-11-01' };
    expect(dueDate(findingWith(), { ...clock('fedramp-rev5'), starts: 'fix' }, HELD, dates).day).toBe('2026-12-01');
  });
  it('no day is refused', () => {
    expect(() => dueDate(findingWith(), PCI, HELD, { discovered: '2026-02-30' })).toThrow(RangeError);
  });
});

it.each([
  ['2026-01-31', 1, '2026-02-28'],
  ['2028-01-31', 1, '2028-02-29'],
  ['2026-11-24', 3, '2027-02-24'],
  ['2026-12-31', 2, '2027-02-28'],
])('%s and %d months is %s', (day, months, expected) => {
  expect(monthsAfter(day, months)).toBe(expected);
});

it.each([
  ['2026-11-24', true],
  ['2026-2-1', false],
  ['2026-02-29', false],
  ['2026-11-24T00:00:00Z', false],
])('%s is a day: %s', (text, expected) => {
  expect(isDay(text)).toBe(expected);
});
