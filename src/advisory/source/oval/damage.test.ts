import { readFileSync } from 'node:fs';
import { assert, asyncProperty, constantFrom, nat, string, tuple } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AdvisoryError } from '../../advisory.ts';
import { suse } from '../suse/suse.ts';
import { advisoriesIn } from './documents.contract.ts';

const ECOSYSTEM = 'SUSE Linux Enterprise Server:15';
const document = readFileSync(new URL('../suse/testdata/server-15.xml', import.meta.url), 'utf8');

/** Read and counted, or refused with a code; anything else is thrown. */
async function outcome(text: string): Promise<string> {
  try {
    const { report } = await advisoriesIn(suse, ECOSYSTEM, Buffer.from(text));
    const skipped = Object.values(report.skipped).reduce((sum, count) => sum + count, 0);
    return report.read === report.kept + skipped ? 'counted' : 'miscounted';
  } catch (error) {
    if (error instanceof AdvisoryError) return error.code;
    throw error;
  }
}

const outcomes = ['counted', 'truncated', 'not-the-format', 'too-large'];

describe('a genuine document', () => {
  it('with anything put in anywhere is counted or refused', async () => {
    const piece = constantFrom(
      '<',
      '>',
      '"',
      "'",
      '&',
      '</',
      '/>',
      '<!--',
      ']]>',
      '<![CDATA[',
      '&#x0;',
      '&e;',
      '<definition>',
      '\0',
    );
    await assert(
      asyncProperty(nat(document.length), nat(40), tuple(piece, string(), piece), async (at, length, put) => {
        const damaged = document.slice(0, at) + put.join('') + document.slice(at + length);
        expect(outcomes).toContain(await outcome(damaged));
      }),
      { numRuns: 400 },
    );
  });

  it('loses no definition by a damaged test: its package is not known to be fixed', async () => {
    const test = /<rpminfo_test id="oval:org.opensuse.security:tst:2009504818"[^]*?<\/rpminfo_test>/;
    expect(test.test(document)).toBe(true);
    const { advisories } = await advisoriesIn(
      suse,
      ECOSYSTEM,
      Buffer.from(document.replace(test, '<rpminfo_test>&x;</rpminfo_test>')),
    );
    const kernel = advisories.find(({ id }) => id === 'CVE-2021-29154');
    const own = kernel?.affected.filter(({ ecosystem }) => ecosystem === ECOSYSTEM);
    expect(own?.map(({ package: name, status }) => `${name} ${status}`)).toEqual(['kernel-default undetermined']);
  });

  it.each([
    ['a billion laughs', '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'],
    ['a file', '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'],
    ['a parameter entity', '<!DOCTYPE x [<!ENTITY % a SYSTEM "https://x.test/">%a;]>'],
  ])('with %s in its document type is refused', async (_, doctype) => {
    const attack = document.replace('<oval_definitions', `${doctype}<oval_definitions`);
    expect(await outcome(attack)).toBe('not-the-format');
  });

  it.each([1e5, 1e6])('with %d levels in a definition is counted', async (levels) => {
    const deep = `<definition id="deep" class="patch">${'<criteria>'.repeat(levels)}${'</criteria>'.repeat(levels)}</definition>`;
    const { report } = await advisoriesIn(
      suse,
      ECOSYSTEM,
      Buffer.from(document.replace('<definitions>', `<definitions>${deep}`)),
    );
    expect(report).toMatchObject({ read: 5, kept: 4, skipped: { malformed: 1 }, malformed: ['deep'] });
  });

  it('with absurd versions has them told, or undetermined', async () => {
    for (const version of ['9'.repeat(5000), '-', ':', '1:2:3', '', '1-2-3-4', '../../etc', '<1>', '1 2']) {
      const text = document.replaceAll('0:4.12.14-150.72.1</evr>', `${version.replace('<', '&lt;')}</evr>`);
      const { advisories } = await advisoriesIn(suse, ECOSYSTEM, Buffer.from(text));
      const entry = advisories[1]?.affected.find((one) => one.ecosystem === ECOSYSTEM);
      expect([entry?.package, ['affected', 'undetermined'].includes(entry?.status ?? '')]).toEqual([
        'kernel-default',
        true,
      ]);
    }
  });
});
