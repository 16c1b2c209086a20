import { describe, expect, it } from 'vitest';
import type { StoredEntry } from '../database/database.ts';
import type { Package } from '../inventory/inventory.ts';
import { type Advisories, assess } from './assess.ts';

const source = { name: 'nvd', url: 'https://nvd.nist.gov/a', digest: '', fetchedAt: '' };

function entry(id: string, rest: Partial<StoredEntry>): StoredEntry {
  return {
    id,
    feed: 0,
    aliases: [],
    covers: [],
    appliesTo: 'binary',
    status: 'affected',
    ranges: [],
    fixState: 'fixed',
    source,
    ...rest,
  } as unknown as StoredEntry;
}

const below = (fixed: string): Pick<StoredEntry, 'ranges'> => ({
  ranges: [{ type: 'ecosystem', events: [{ introduced: '0' }, { fixed }] }],
});

/** What the NVD says, by `vendor:product`. */
const said: Readonly<Record<string, readonly StoredEntry[]>> = {
  'f5:nginx': [entry('CVE-1', below('1.25.3')), entry('CVE-2', below('1.20.0'))],
  'nginx:nginx': [entry('CVE-1', below('1.10.0')), entry('CVE-3', { ...below('2.0'), status: 'undetermined' })],
  nginx: [entry('CVE-9', below('9'))],
  'jenkins:nginx': [entry('CVE-9', below('9'))],
  'nginx:nginx_ingress': [entry('CVE-9', below('9'))],
  'python:python': [entry('CVE-4', below('3.11.8'))],
  'microsoft:python': [entry('CVE-9', below('9'))],
  python: [entry('CVE-9', below('9'))],
};
const advisories: Advisories = {
  lookup: (ecosystem, name, appliesTo) => (ecosystem === 'CPE' && appliesTo === 'binary' ? (said[name] ?? []) : []),
  details: () => undefined,
  facts: () => [],
  ecosystem: () => ({ sources: [], missing: [] }) as unknown as ReturnType<Advisories['ecosystem']>,
  close: () => undefined,
};

function programOf(name: string, version: string, knownAs: readonly string[]): Package {
  const purl = `pkg:generic/${name}@${version}`;
  return {
    id: purl,
    name,
    version,
    ecosystem: 'CPE',
    knownAs,
    type: 'generic',
    kind: 'binary',
    purl,
    locations: [],
    licenses: [],
    foundBy: 'program',
    metadata: { kind: 'language', certainty: 'likely' },
  };
}

const nginx = programOf('nginx', '1.25.1', ['f5:nginx', 'nginx:nginx']);

describe('programs by CPE', () => {
  it.each<[string, Package, readonly string[]]>([
    ['what is said under any of its names', nginx, ['CVE-1 affected', 'CVE-3 unknown']],
    [
      'one name of several that is not affected clears nothing',
      { ...nginx, version: '1.12.0' },
      ['CVE-1 affected', 'CVE-2 affected', 'CVE-3 unknown'],
    ],
    ['fixed by all', { ...nginx, version: '3.0' }, []],
    ['another vendor’s product of its name', programOf('python', '3.11.9', ['python:python']), []],
    ['its own', programOf('python', '3.11.7', ['python:python']), ['CVE-4 affected']],
    ['nothing without a name', programOf('nginx', '1.0', []), []],
  ])('%s', (_, found, expected) => {
    const { findings } = assess([found], advisories, { precedence: ['nvd'] });
    expect(findings.map(({ vulnerability, verdict }) => `${vulnerability.id} ${verdict}`)).toEqual(expected);
  });
  it('the evidence says so', () => {
    const [finding] = assess([nginx], advisories, { precedence: ['nvd'] }).findings;
    expect(finding?.evidence[0]).toMatchObject({
      matcher: 'cpe',
      searchedBy: { ecosystem: 'CPE', name: 'f5:nginx', version: '1.25.1' },
      comparison:
        '1.25.1 is within < 1.25.3 (generic); matched by CPE, and the version is what the program itself tells',
    });
  });
});
