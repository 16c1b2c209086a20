import { assert, constantFrom, property, record } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CvssEnvironment, cvssOf, environmental } from './cvss.ts';

const FOUR = 'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N';
const THREE = 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N';
const TWO = 'AV:N/AC:L/Au:N/C:N/I:N/A:C';

describe('the asset’s metrics are merged into the vector', () => {
  it.each<[string, CvssEnvironment, string, number, string]>([
    [FOUR, {}, FOUR, 9.3, 'CVSS-B'],
    [FOUR, { confidentiality: 'high' }, `${FOUR}/CR:H`, 9.3, 'CVSS-BE'],
    [FOUR, { metrics: { E: 'U' } }, `${FOUR}/E:U`, 8.1, 'CVSS-BT'],
    [FOUR, { confidentiality: 'low', metrics: { E: 'A' } }, `${FOUR}/E:A/CR:L`, 9.3, 'CVSS-BTE'],
    [THREE, { confidentiality: 'high' }, `${THREE}/CR:H`, 9.3, 'CVSS-BE'],
    [THREE, { confidentiality: 'low', integrity: 'high' }, `${THREE}/CR:L/IR:H`, 5.7, 'CVSS-BE'],
    [THREE, { availability: 'medium', metrics: { MAV: 'L' } }, `${THREE}/AR:M/MAV:L`, 6.2, 'CVSS-BE'],
    [`${THREE}/CR:H`, { confidentiality: 'low' }, `${THREE}/CR:L`, 5.7, 'CVSS-BE'],
    [`${THREE}/E:U/CR:H`, { withoutThreat: true }, `${THREE}/CR:H`, 9.3, 'CVSS-BE'],
    // Examples of FIRST's for 4.0: CVE-2020-3549, CVE-2023-3089.
    [
      'CVSS:4.0/AV:N/AC:L/AT:P/PR:N/UI:P/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N',
      { metrics: { E: 'U' } },
      'CVSS:4.0/AV:N/AC:L/AT:P/PR:N/UI:P/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/E:U',
      5.2,
      'CVSS-BT',
    ],
    [
      'CVSS:4.0/AV:N/AC:L/AT:P/PR:N/UI:N/VC:H/VI:L/VA:L/SC:N/SI:N/SA:N',
      {
        confidentiality: 'high',
        integrity: 'low',
        availability: 'low',
        metrics: { MAV: 'N', MAC: 'H', MVC: 'H', MVI: 'L', MVA: 'L' },
      },
      'CVSS:4.0/AV:N/AC:L/AT:P/PR:N/UI:N/VC:H/VI:L/VA:L/SC:N/SI:N/SA:N/CR:H/IR:L/AR:L/MAV:N/MAC:H/MVC:H/MVI:L/MVA:L',
      8.1,
      'CVSS-BE',
    ],
    // The guide to version 2, section 3.3.1 (CVE-2002-0392).
    [
      `${TWO}/E:F/RL:OF/RC:C`,
      { confidentiality: 'medium', integrity: 'medium', availability: 'high', metrics: { CDP: 'H', TD: 'H' } },
      `${TWO}/E:F/RL:OF/RC:C/CDP:H/TD:H/CR:M/IR:M/AR:H`,
      9.2,
      'CVSS-BTE',
    ],
  ])('%s with %j', (vector, environment, used, score, nomenclature) => {
    expect(environmental(vector, environment)).toMatchObject({ vector: used, score, nomenclature, leftOut: [] });
  });
  it('what the version does not have is left out and said', () => {
    const metrics = { MAT: 'P', MAV: 'P', MUI: 'A', AV: 'P', CDP: 'H', XX: 'Y' };
    expect(environmental(THREE, { metrics })).toMatchObject({
      vector: `${THREE}/MAV:P`,
      leftOut: ['MAT:P', 'MUI:A', 'AV:P', 'CDP:H', 'XX:Y'],
    });
  });
  it('no vector has no score', () => {
    expect(environmental('high', { confidentiality: 'high' })).toBeUndefined();
  });
});

it('a higher requirement never scores lower, whatever the version', () => {
  const order = ['low', 'medium', 'high'] as const;
  const vectors = [FOUR, THREE, `${THREE}/E:P`, TWO, 'CVSS:3.0/AV:L/AC:H/PR:L/UI:R/S:C/C:L/I:H/A:L'];
  const requirement = constantFrom(...order);
  assert(
    property(
      constantFrom(...vectors),
      record({ confidentiality: requirement, integrity: requirement, availability: requirement }),
      constantFrom('confidentiality', 'integrity', 'availability'),
      (vector, environment, name) => {
        const higher = order[order.indexOf(environment[name]) + 1] ?? 'high';
        const [now, then] = [environment, { ...environment, [name]: higher }].map((one) => environmental(vector, one));
        return (then?.score ?? -1) >= (now?.score ?? 11) && now?.base === cvssOf(vector)?.base;
      },
    ),
  );
});
