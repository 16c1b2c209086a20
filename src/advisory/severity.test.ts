import { array, assert, constantFrom, property, record } from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Severity, SeverityLabel } from './advisory.ts';
import raters from './raters.json' with { type: 'json' };
import { cvssSeverity, labelled, PRECEDENCE, severityFrom } from './severity.ts';
import identifiers from './source/osv/identifiers.json' with { type: 'json' };

const word = (by: string, label: SeverityLabel, value: string = label): Severity => ({
  label,
  scheme: `${by}-severity`,
  value,
  by,
});
const vector = (by: string, value: string): Severity => ({
  label: 'unknown',
  scheme: `CVSS_V${value.startsWith('CVSS:') ? value[5] : '2'}`,
  value,
  by,
});

const HEARTBLEED = 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N';

/** What the publishers say of real flaws. */
describe('severity of real flaws', () => {
  it.each<[flaw: string, said: Severity[], label: SeverityLabel, by: string, scheme: string]>([
    [
      // Debian says nothing (not yet assigned) where the NVD does.
      'CVE-2023-4911 in Debian',
      [
        vector('nvd', 'CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H'),
        { label: 'unknown', scheme: 'debian-urgency', value: 'not yet assigned', by: 'debian' },
        vector('cna:redhat', 'CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H'),
      ],
      'high',
      'nvd',
      'CVSS_V3',
    ],
    [
      // The NVD rates it critical, Debian as unimportant: MiniZip is not in what it builds.
      'CVE-2023-45853 in Debian',
      [
        vector('nvd', 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H'),
        { label: 'negligible', scheme: 'debian-urgency', value: 'unimportant', by: 'debian' },
      ],
      'negligible',
      'debian',
      'debian-urgency',
    ],
    [
      // Red Hat: moderate, though its own score is high.
      'CVE-2022-2309 in Red Hat',
      [
        vector('redhat', 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H'),
        { label: 'medium', scheme: 'redhat-impact', value: 'Moderate', by: 'redhat' },
      ],
      'medium',
      'redhat',
      'redhat-impact',
    ],
    [
      // Red Hat: important, though its own score is critical.
      'CVE-2023-4863 in Red Hat',
      [
        { label: 'high', scheme: 'redhat-impact', value: 'Important', by: 'redhat' },
        vector('redhat', 'CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:H/I:H/A:H'),
        vector('nvd', 'CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:U/C:H/I:H/A:H'),
      ],
      'high',
      'redhat',
      'redhat-impact',
    ],
    [
      // GitHub calls it moderate by two scores, the NVD high.
      'CVE-2023-44487 in Go (GHSA-qppj-fm5r-hxr3)',
      [
        vector('nvd', 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H'),
        vector('github', 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:L'),
        vector('github', 'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:L/SC:N/SI:N/SA:N'),
        word('github', 'medium', 'MODERATE'),
      ],
      'medium',
      'github',
      'github-severity',
    ],
    [
      // GitHub calls it high, the NVD critical.
      'CVE-2022-1471 in Maven (GHSA-mjmj-j48q-9wg2)',
      [
        vector('nvd', 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H'),
        vector('github', 'CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:L'),
        word('github', 'high', 'HIGH'),
      ],
      'high',
      'github',
      'github-severity',
    ],
    [
      // RustSec gives a vector alone.
      'RUSTSEC with a score',
      [word('cna:github_m', 'low'), vector('rustsec', HEARTBLEED), vector('nvd', HEARTBLEED)],
      'high',
      'rustsec',
      'CVSS_V3',
    ],
    [
      'rated by CISA before the NVD has got to it',
      [word('cna:mitre', 'unknown'), vector('cisa-adp', HEARTBLEED), vector('cna:apache', 'CVSS:3.1/AV:N')],
      'high',
      'cisa-adp',
      'CVSS_V3',
    ],
    [
      'rated by the one who numbered it alone',
      [vector('cna:vuldb', 'CVSS:4.0/AV:N/AC:L/AT:N/PR:L/UI:N/VC:L/VI:L/VA:L/SC:N/SI:N/SA:N')],
      'medium',
      'cna:vuldb',
      'CVSS_V4',
    ],
    ['old and rated in version 2 alone', [vector('nvd', 'AV:N/AC:L/Au:N/C:P/I:P/A:P')], 'high', 'nvd', 'CVSS_V2'],
    [
      'of a distribution that nobody has heard of',
      [vector('nvd', HEARTBLEED), word('newdistro', 'low')],
      'low',
      'newdistro',
      'newdistro-severity',
    ],
    [
      'of a package that a distribution and a database rate',
      [word('github', 'critical'), word('nvd', 'high'), word('ubuntu', 'low')],
      'low',
      'ubuntu',
      'ubuntu-severity',
    ],
  ])('%s', (_flaw, said, label, by, scheme) => {
    expect(severityFrom(said).chosen).toMatchObject({ label, by, scheme });
    expect(severityFrom(said.toReversed()).chosen).toMatchObject({ label, by, scheme });
  });
});

describe('of one rater', () => {
  const said = [
    vector('nvd', 'AV:N/AC:L/Au:N/C:P/I:P/A:P'),
    vector('nvd', 'CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:N/A:N'),
    vector('nvd', 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N'),
    vector('nvd', 'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N'),
    word('nvd', 'low'),
  ];
  it('its word comes first, then the newest version of CVSS', () => {
    const { chosen, others } = severityFrom(said);
    expect([chosen, ...others].map(({ scheme, value, label }) => [scheme, value.slice(0, 8), label])).toEqual([
      ['nvd-severity', 'low', 'low'],
      ['CVSS_V4', 'CVSS:4.0', 'critical'],
      ['CVSS_V3', 'CVSS:3.1', 'high'],
      ['CVSS_V3', 'CVSS:3.0', 'medium'],
      ['CVSS_V2', 'AV:N/AC:', 'high'],
    ]);
  });
  it('a score of nothing is negligible', () => {
    const none = vector('nvd', 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N');
    expect(severityFrom([none]).chosen).toEqual({ ...none, label: 'negligible' });
  });
});

describe('any severities', () => {
  const severity = record({
    label: constantFrom<SeverityLabel>('critical', 'high', 'medium', 'low', 'negligible', 'unknown', 'unknown'),
    scheme: constantFrom('word', 'CVSS_V3'),
    value: constantFrom('word', HEARTBLEED, 'CVSS:3.1/AV:N'),
    by: constantFrom('debian', 'redhat', 'github', 'nvd', 'cisa-adp', 'cna:mitre', 'constructor'),
  });
  it('are all told, each once, and unknown only where nobody knows', () => {
    assert(
      property(array(severity), (said) => {
        const { chosen, others } = severityFrom(said);
        const distinct = new Set(said.map((one) => JSON.stringify(labelled(one))));
        const told = said.length === 0 ? [] : [chosen, ...others].map((one) => JSON.stringify(one));
        return (
          told.length === distinct.size &&
          told.every((one) => distinct.has(one)) &&
          (chosen.label === 'unknown') === said.every((one) => labelled(one).label === 'unknown')
        );
      }),
    );
  });
  it('of none is unknown', () => {
    expect(severityFrom([])).toEqual({ chosen: { label: 'unknown', scheme: 'none', value: '', by: '' }, others: [] });
  });
  it('follow the precedence that is given', () => {
    const said = [word('debian', 'low'), word('nvd', 'high')];
    expect(severityFrom(said, [['nvd'], ['distributions']]).chosen.by).toBe('nvd');
    expect(severityFrom(said, [['nvd']]).others).toEqual([said[0]]);
    expect(PRECEDENCE.flat().length).toBe(6);
  });
});

it.each([
  ['CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N', 'high', 'CVSS_V3'],
  ['CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N', 'critical', 'CVSS_V4'],
  ['AV:N/AC:L/Au:N/C:P/I:P/A:P', 'high', 'CVSS_V2'],
])('%s is %s, of scheme %s', (value, label, scheme) => {
  expect(cvssSeverity(value, 'nvd')).toEqual({ label, scheme, value, by: 'nvd' });
  expect(cvssSeverity(`${value}/`, 'nvd')).toBeUndefined();
});

it('knows who publishes records in the OSV format', () => {
  const listed = new Set(Object.values(raters).flat());
  expect(Object.values(identifiers.by).filter((name) => !listed.has(name))).toEqual([]);
  expect(listed.size).toBe(Object.values(raters).flat().length);
});
