import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { rpm } from '../../../version/rpm.ts';
import type { Advisory, AdvisorySource } from '../../advisory.ts';
import { azure } from '../azure/azure.ts';
import { photon } from '../photon/photon.ts';
import { advisoriesIn } from './documents.contract.ts';

const root = new URL('../../../../../shared/feeds/', import.meta.url);
const absent = !existsSync(root);
const why = absent ? ' (SKIPPED: the feed snapshots ../shared/feeds are not here)' : '';

const MICROSOFT = 'raw.githubusercontent.com/microsoft/AzureLinuxVulnerabilityData/main/';

interface Whole {
  readonly source: AdvisorySource;
  readonly ecosystem: string;
  readonly path: string;
}

async function readWhole({ source, ecosystem, path }: Whole): ReturnType<typeof advisoriesIn> {
  return advisoriesIn(source, ecosystem, readFileSync(new URL(path, root)));
}

/** The text of each definition, cut without the parser. */
function definitionsIn({ path }: Whole): readonly string[] {
  return readFileSync(new URL(path, root), 'utf8').match(/<definition [^]*?<\/definition>/g) ?? [];
}

function versionsOf(advisories: readonly Advisory[]): readonly string[] {
  return advisories.flatMap(({ affected }) =>
    affected.flatMap(({ ranges }) =>
      ranges.flatMap(({ events }) =>
        events.flatMap((event) => Object.values(event).filter((version) => version !== '0')),
      ),
    ),
  );
}

const documents: readonly [string, Whole, number][] = [
  ['Azure Linux 3', { source: azure, ecosystem: 'Azure Linux:3', path: `${MICROSOFT}azurelinux-3.0-oval.xml` }, 1222],
  ['CBL-Mariner 1', { source: azure, ecosystem: 'Azure Linux:1', path: `${MICROSOFT}cbl-mariner-1.0-oval.xml` }, 2252],
  [
    'Photon OS 3',
    { source: photon, ecosystem: 'Photon OS:3.0', path: 'samples/photon/com.vmware.phsa-photon3.xml' },
    222,
  ],
];

describe.skipIf(absent)(`whole documents${why}`, () => {
  it.each(documents)(
    'of %s are kept whole, nothing undetermined, in versions that rpm reads',
    async (_, whole, count) => {
      const { report, advisories } = await readWhole(whole);
      expect(report).toEqual({ read: count, kept: count, skipped: {}, malformed: [] });
      const notes = advisories.flatMap(({ affected }) =>
        affected.flatMap(({ status, note }) => (status === 'undetermined' ? [note] : [])),
      );
      // Three fixed versions in one: nothing can be compared with that.
      const list = 'a version less than 0:1.17.13-2,1.18.8-2,1.21.6-1.azl3';
      expect(notes).toEqual(whole.ecosystem === 'Azure Linux:3' ? [list] : []);
      const versions = versionsOf(advisories);
      expect(versions.length).toBeGreaterThan(700);
      expect(versions.filter((version) => rpm.parse(version).kind !== 'version')).toEqual([]);
    },
  );

  // The tests are read; the comments and titles, which the same publisher wrote beside them, say the same.
  it.each(documents.slice(0, 2))('of %s say what their titles say', async (_, whole) => {
    const { advisories } = await readWhole(whole);
    const said = definitionsIn(whole).map((text) => {
      const [, name, version] =
        /comment="Package (\S+) is (?:earlier than|installed with version)  ?([^\s"]+)(?:, affected| or earlier)/.exec(
          text,
        ) ?? [];
      const patchable = /<patchable>(.*)<\/patchable>/.exec(text)?.[1] ?? '';
      return [/<title>(\S+)/.exec(text)?.[1], name, version, patchable].join(' ');
    });
    const read = advisories.map(({ id, affected: [entry] }) => {
      const fixed = entry?.ranges[0]?.events.flatMap((event) => ('fixed' in event ? [event.fixed] : []))[0];
      const version = fixed ?? /(?:no fix as of|less than 0:) ?(\S+)/.exec(entry?.note ?? '')?.[1];
      const patchable = entry?.status === 'not-affected' ? 'Not Applicable' : `${entry?.fixState !== 'not-fixed'}`;
      return [id, entry?.package, version?.replace(/\.(?:cm1|azl3)$/, ''), patchable].join(' ');
    });
    // Of what does not apply the version does not matter.
    const plain = (line: string): string => line.replace(/ \S* Not Applicable$/, ' Not Applicable');
    expect(read.map(plain)).toEqual(said.map(plain));
  });

  it('of Photon OS 3 say what the comments of their criteria say', async () => {
    const [, whole] = documents[2] ?? [];
    if (whole === undefined) return;
    const { advisories } = await readWhole(whole);
    const said = definitionsIn(whole).map((text) => [
      new Set([...text.matchAll(/comment="(\S+ is earlier than \S+)"/g)].map((match) => match[1])),
      new Set([...text.matchAll(/<cve>(.*)<\/cve>/g)].map((match) => match[1])),
    ]);
    const read = advisories.map(({ affected, covers }) => [
      new Set(affected.map(({ package: name, ranges }) => `${name} is earlier than ${versionsIn(ranges)}`)),
      new Set(covers),
    ]);
    expect(read).toEqual(said);
    expect(read.reduce((sum, [packages]) => sum + (packages?.size ?? 0), 0)).toBe(778);
  });
});

function versionsIn(ranges: Advisory['affected'][number]['ranges']): string {
  return ranges.flatMap(({ events }) => events.flatMap((event) => ('fixed' in event ? [event.fixed] : []))).join(' ');
}
