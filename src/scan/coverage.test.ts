import { describe, expect, it } from 'vitest';
import type { EcosystemInfo, EcosystemSource } from '../database/database.ts';
import type { Inventory, Package } from '../inventory/inventory.ts';
import type { Assessment } from './assess.ts';
import { coverageOf } from './coverage.ts';

const layer = { index: 0, diffId: '' };

function packageOf(name: string, ecosystem: string | undefined): Package {
  const purl = `pkg:deb/x/${name}@1`;
  return {
    id: purl,
    name,
    version: '1',
    ...(ecosystem === undefined ? {} : { ecosystem }),
    type: 'deb',
    kind: 'binary',
    purl,
    locations: [{ path: '/db', layer }],
    licenses: [],
    foundBy: 'dpkg',
    metadata: { kind: 'dpkg' },
  };
}

function inventoryOf(packages: readonly Package[], more: Partial<Inventory> = {}): Inventory {
  return {
    subject: { kind: 'image', reference: 'x', layers: [], entries: 10 },
    packages,
    ownership: [],
    relationships: [],
    runs: [],
    problems: [],
    ...more,
  };
}

function source(name: string, lists: EcosystemSource['lists'] = 'disclosures'): EcosystemSource {
  return {
    name,
    url: `https://${name}.test/`,
    digest: 'sha256:0',
    fetchedAt: '2026-11-24T00:00:00Z',
    lists,
    advisories: 5,
  };
}

function missing(name: string): EcosystemInfo['missing'][number] {
  return {
    source: name,
    url: `https://${name}.test/gone`,
    ecosystems: [],
    code: 'fetch-failed',
    message: 'gone',
    at: '2026-11-24T00:00:00Z',
  };
}

const found = [packageOf('a', 'X:1'), packageOf('b', 'X:1')];
const nothing: Assessment = { findings: [], unjudged: [], elsewhere: [] };

/** Complete or not, and why. */
function told(
  inventory: Inventory,
  info: Partial<EcosystemInfo>,
  assessment = nothing,
  starter = false,
  judged = inventory.packages,
  foreign: readonly Package[] = [],
): string {
  const ecosystem = (name: string): EcosystemInfo => ({
    ecosystem: name,
    sources: [source('own')],
    missing: [],
    ...info,
  });
  const { complete, ecosystems } = coverageOf(
    inventory,
    {
      ecosystem,
      starter,
      precedence: ['debian-lists', 'own', 'other'],
      judged: { packages: judged, owned: [], development: [], own: [], foreign },
    },
    assessment,
    [],
  );
  const parts = ecosystems.map((one) =>
    `${one.ecosystem} ${one.assessed}/${one.packages} ${one.unassessed.map(({ reason, packages }) => `${reason} ${packages}`).join(' ')}`.trim(),
  );
  return [complete ? 'complete' : 'incomplete', ...parts].join('; ');
}

describe('what was assessed', () => {
  it.each<[string, string, string]>([
    ['every package by its source', told(inventoryOf(found), {}), 'complete; X:1 2/2'],
    ['no advisories of the release', told(inventoryOf(found), { sources: [] }), 'incomplete; X:1 0/2 no-advisories 2'],
    [
      'a part of the deciding source is missing',
      told(inventoryOf(found), { missing: [missing('own')] }),
      'incomplete; X:1 0/2 no-advisories 2',
    ],
    [
      'only a further source is missing',
      told(inventoryOf(found), { missing: [missing('other')] }),
      'complete; X:1 2/2',
    ],
    [
      'the deciding source is missing, a further one is there',
      told(inventoryOf(found), { sources: [source('other')], missing: [missing('own')] }),
      'incomplete; X:1 0/2 no-advisories 2',
    ],
    ['the starter set', told(inventoryOf(found), {}, nothing, true), 'incomplete; X:1 0/2 starter-only 2'],
    [
      'an unknown distribution',
      told(inventoryOf([packageOf('a', undefined)]), {}),
      'incomplete; unknown 0/1 distro-unknown 1',
    ],
    [
      'some of each',
      told(inventoryOf([...found, packageOf('c', undefined)]), {}),
      'incomplete; X:1 2/2; unknown 0/1 distro-unknown 1',
    ],
    [
      'a version that is none',
      told(
        inventoryOf(found),
        {},
        {
          findings: [],
          elsewhere: [],
          unjudged: found.slice(1).map((one) => ({ package: one, reason: 'version-unparsable', detail: '?' })),
        },
      ),
      'incomplete; X:1 1/2 version-unparsable 1',
    ],
    [
      'a problem that may hide packages',
      told(inventoryOf(found, { problems: [{ code: 'corrupt', message: 'x', by: 'dpkg', lossy: true }] }), {}),
      'incomplete; X:1 2/2',
    ],
    [
      'a part of what only adds is missing',
      told(inventoryOf(found), { missing: [missing('debian-lists')] }),
      'complete; X:1 2/2',
    ],
    [
      'a problem that hides none',
      told(inventoryOf(found, { problems: [{ code: 'path-escape', message: 'x', by: 'image', lossy: false }] }), {}),
      'complete; X:1 2/2',
    ],
    ['files but no packages', told(inventoryOf([]), {}), 'incomplete'],
    ['packages, none of which is judged', told(inventoryOf(found), {}, nothing, false, []), 'incomplete'],
    [
      'an rpm of unknown source',
      told(inventoryOf([{ ...packageOf('a', 'X:1'), metadata: { kind: 'rpm', release: '1' } }]), {}),
      'incomplete; X:1 0/1 identity-guessed 1',
    ],
    [
      'a package that others built',
      told(inventoryOf(found), {}, nothing, false, found.slice(1), [
        { ...packageOf('nginx', 'X:1'), metadata: { kind: 'dpkg', thirdParty: 'nginx' } },
      ]),
      'incomplete; X:1 1/2 third-party 1',
    ],
    [
      'an rpm that others built, of unknown source, counts once',
      told(inventoryOf(found), {}, nothing, false, found.slice(1), [
        { ...packageOf('nginx', 'X:1'), metadata: { kind: 'rpm', release: '1', thirdParty: 'nginx' } },
      ]),
      'incomplete; X:1 1/2 third-party 1',
    ],
    [
      'no files at all',
      told(inventoryOf([], { subject: { kind: 'image', reference: 'x', layers: [], entries: 0 } }), {}),
      'complete',
    ],
  ])('%s', (_, outcome, expected) => {
    expect(outcome).toBe(expected);
  });
});
