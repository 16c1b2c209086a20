import { readFileSync } from 'node:fs';
import { assert, boolean, constantFrom, property, record } from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Circumstances, Decision, KnownFlaw, Mission } from './circumstances.ts';
import { SSVC_OUTCOMES, ssvcOf } from './ssvc.ts';
import { CRITICAL, EXPLOITED, flawWith, predicted, rating, TODAY } from './testdata/findings.ts';

const HELD: Circumstances = { today: TODAY, held: { exploited: TODAY, predictions: TODAY } };

const published = readFileSync(new URL('testdata/ssvc-coordinator-2.0.3.csv', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .slice(1)
  .map((line) => line.split(','));

const MISSIONS: Readonly<Record<string, Mission>> = {
  low: { prevalence: 'minimal', wellBeing: 'minimal' },
  medium: { prevalence: 'support', wellBeing: 'minimal' },
  high: { prevalence: 'essential', wellBeing: 'minimal' },
};

describe('CISA Coordinator 2.0.3, row by row', () => {
  it('has 36', () => {
    expect(new Set(published.map((row) => row.slice(1, 5).join())).size).toBe(36);
  });
  it.each(published)(
    'row %s: %s, %s, %s, %s is %s',
    (_row, exploitation, automatable, impact, mission = '', outcome) => {
      const decision: Decision = {
        exploitation: exploitation === 'public poc' ? 'poc' : (exploitation as Decision['exploitation']),
        automatable: automatable === 'yes',
        technicalImpact: impact as Decision['technicalImpact'],
        at: '2026-05-01',
      };
      const ssvc = ssvcOf(flawWith({ decision }), { ...HELD, mission: MISSIONS[mission] ?? {} });
      expect([ssvc.outcome, ssvc.most]).toEqual([outcome, outcome]);
      expect(ssvc.exploitation).toEqual({ value: decision.exploitation, by: 'CISA (SSVC)', date: '2026-05-01' });
    },
  );
});

describe('mission and well-being', () => {
  it.each<[Mission['prevalence'], Mission['wellBeing'], string, boolean]>([
    ['minimal', 'minimal', 'low', false],
    ['minimal', 'material', 'medium', false],
    ['minimal', 'irreversible', 'high', false],
    ['support', 'minimal', 'medium', false],
    ['support', 'material', 'medium', false],
    ['support', 'irreversible', 'high', false],
    ['essential', 'minimal', 'high', false],
    ['essential', 'material', 'high', false],
    ['essential', 'irreversible', 'high', false],
    ['essential', undefined, 'high', false],
    [undefined, 'irreversible', 'high', false],
    ['minimal', undefined, 'high', true],
    [undefined, 'minimal', 'high', true],
    [undefined, undefined, 'high', true],
  ])('%s and %s is %s', (prevalence, wellBeing, value, isAssumed) => {
    const mission = { ...(prevalence && { prevalence }), ...(wellBeing && { wellBeing }) };
    const found = ssvcOf(flawWith(), { ...HELD, mission }).mission;
    expect([found.value, found.assumed === true]).toEqual([value, isAssumed]);
  });
});

describe('exploitation, by the first that says so', () => {
  const reference = (url: string): Partial<KnownFlaw> => ({ references: [{ type: 'web', url }] });
  const four = 'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N';
  const decision: Decision = { exploitation: 'none', automatable: false, technicalImpact: 'partial', at: '2026-01-02' };
  it.each<[string, Partial<KnownFlaw>, string, string]>([
    ['KEV before CISA’s older decision', { ...EXPLOITED, decision }, 'active', 'CISA KEV'],
    ['CISA before EPSS', { ...predicted(0.9), decision }, 'none', 'CISA (SSVC)'],
    ['CVSS 4.0 attacked', { ratings: [rating(`${four}/E:A`)] }, 'active', 'nvd'],
    ['CVSS 4.0 proof of concept', { ratings: [rating(`${four}/E:P`)] }, 'poc', 'nvd'],
    ['CVSS 3.1 functional', { ratings: [rating('high', 'high', 'debian'), rating(`${CRITICAL}/E:F`)] }, 'poc', 'nvd'],
    ['CVSS 2.0', { ratings: [rating('AV:N/AC:L/Au:N/C:P/I:P/A:P/E:POC')] }, 'poc', 'nvd'],
    ['the highest of them', { ratings: [rating(`${CRITICAL}/E:P`), rating(`${four}/E:A`)] }, 'active', 'nvd'],
    ['an exploit', reference('https://www.exploit-db.com/exploits/50592'), 'poc', 'reference'],
    ['no exploit, just its name', reference('https://a.test/?u=exploit-db.com/exploits/1'), 'active', 'assumption'],
    ['EPSS', predicted(0.1, '2026-11-20'), 'poc', 'EPSS'],
    ['a low EPSS tells nothing', predicted(0.05), 'active', 'assumption'],
    ['unproven tells nothing', { ratings: [rating(`${CRITICAL}/E:U`)] }, 'active', 'assumption'],
    ['nothing', {}, 'active', 'assumption'],
  ])('%s', (_name, given, value, by) => {
    expect(ssvcOf(flawWith(given), HELD).exploitation).toMatchObject({ value, by });
  });
  it('a proof of concept is not all that there is where no KEV catalogue says so', () => {
    expect(ssvcOf(flawWith(predicted(0.5)), { today: TODAY }).exploitation).toMatchObject({
      value: 'active',
      assumed: true,
    });
  });
});

describe('automatable and technical impact by CVSS', () => {
  it.each<[string, boolean, string, string]>([
    [CRITICAL, true, 'total', 'AV:N AC:L, no rights, no user'],
    ['CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:H', true, 'partial', 'AV:N AC:L, no rights, no user'],
    ['CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:L/A:N', true, 'total', 'AV:N AC:L, no rights, no user'],
    ['CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:L/A:N', false, 'partial', 'AV:L'],
    ['CVSS:3.1/AV:P/AC:L/PR:H/UI:N/S:U/C:H/I:H/A:N', false, 'total', 'AV:P'],
    ['CVSS:4.0/AV:A/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/AU:Y', true, 'total', 'AU:Y'],
    ['CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:L/VI:L/VA:H/SC:N/SI:N/SA:N/AU:N', false, 'partial', 'AU:N'],
    ['AV:N/AC:L/Au:N/C:C/I:P/A:N', true, 'total', 'AV:N AC:L, no rights, no user'],
  ])('%s', (vector, automatable, impact, how) => {
    const ssvc = ssvcOf(flawWith({ severity: rating(vector) }), HELD);
    expect(ssvc.automatable).toEqual({ value: automatable, by: 'nvd', how });
    expect(ssvc.technicalImpact).toMatchObject({ value: impact, by: 'nvd' });
  });
  it.each([
    'CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:H/A:H',
    'CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:U/C:H/I:H/A:H',
    'CVSS:4.0/AV:N/AC:L/AT:P/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N',
  ])('%s leaves open whether it can be automated, which is taken for yes', (vector) => {
    expect(ssvcOf(flawWith({ severity: rating(vector) }), HELD).automatable).toMatchObject({
      value: true,
      assumed: true,
    });
  });
  it('a word tells neither', () => {
    const ssvc = ssvcOf(flawWith({ severity: rating('unimportant', 'negligible', 'debian') }), HELD);
    expect([ssvc.automatable, ssvc.technicalImpact]).toMatchObject([
      { value: true, assumed: true },
      { value: 'total', assumed: true },
    ]);
  });
});

it('taking away what is known never makes `most` less urgent', () => {
  const rank = (flaw: KnownFlaw, here: Circumstances): number => SSVC_OUTCOMES.indexOf(ssvcOf(flaw, here).most);
  assert(
    property(
      record({
        exploitation: constantFrom('none' as const, 'poc' as const, 'active' as const),
        automatable: boolean(),
        technicalImpact: constantFrom('partial' as const, 'total' as const),
        at: constantFrom(TODAY),
      }),
      constantFrom(...Object.values(MISSIONS)),
      constantFrom<Partial<KnownFlaw>>({}, predicted(0.5), { severity: rating('low', 'low') }),
      (decision, mission, given) => {
        const whole = rank(flawWith({ ...given, decision }), { ...HELD, mission });
        const { prevalence: _, ...half } = mission;
        return (
          rank(flawWith(given), { ...HELD, mission }) >= whole &&
          rank(flawWith({ ...given, decision }), { ...HELD, mission: half }) >= whole &&
          rank(flawWith({ ...given, decision }), { today: TODAY }) >= whole
        );
      },
    ),
  );
});
