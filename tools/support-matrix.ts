// Writes docs/support-matrix.md from the tables that decide: which distributions are known, who publishes advisories for
// each, and what it means when those say nothing of a package.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AdvisorySource } from '../src/advisory/advisory.ts';
import { starterInfo } from '../src/advisory/source/starter/starter.ts';
import { advisorySources, ecosystems } from '../src/scan/ecosystems.ts';
import formatTable from './formats.json' with { type: 'json' };

interface Row {
  readonly id: string;
  readonly ecosystem?: string;
  readonly because?: string;
}

const root = join(import.meta.dirname, '..');
/** What a format reads, and how it is proved. */
interface Format {
  readonly reads: string;
  readonly osv?: string;
  readonly proof: string;
}

const formatRows: Readonly<Record<string, Format>> = formatTable;

/** Formats whose advisories are those of the distribution that has them. */
const distributions: Readonly<Record<string, true>> = { deb: true, apk: true, rpm: true };

function formatOf(type: string): Format {
  const format = formatRows[type];
  if (format === undefined) throw new Error(`tools/formats.json has no row for ${type}`);
  return format;
}

const silence = {
  disclosures: 'no flaw is known, fixed or not',
  fixes: 'no fix was published; flaws without one are not told',
} as const;

/** The text of docs/support-matrix.md. */
export async function supportMatrix(): Promise<string> {
  const rows = JSON.parse(readFileSync(join(root, 'src/distro/ecosystems.json'), 'utf8')) as Row[];
  const sources = await advisorySources();
  const named = rows.flatMap(({ id, ecosystem }) =>
    ecosystem === undefined ? [] : [assessed(id, ecosystem, sources)],
  );
  const nameless = rows.flatMap(({ id, because }) => (because === undefined ? [] : [`| \`${id}\` | ${because} |`]));
  const formats = ecosystems.map(({ type, cataloger, versions }) => {
    const { reads, osv, proof } = formatOf(type);
    const advisories =
      osv === undefined ? (type in distributions ? 'of the distribution' : 'none, listed only') : `\`${osv}\``;
    return `| ${type} | ${cataloger.id} | ${reads} | ${advisories} | ${versions?.id ?? '–'} | ${proof} |`;
  });
  const starter = starterInfo();
  return [
    '# Support matrix',
    '',
    'Made by `node tools/support-matrix.ts` from `src/scan/ecosystems.ts`, `tools/formats.json` and',
    '`src/distro/ecosystems.json`; a test compares it with them.',
    '',
    '## Package formats',
    '',
    'What is read of each, whose advisories speak of it (the names are those of OSV), and by what its reader is proved: a',
    'genuine artefact with the manager’s own listing, where the manager is to be had.',
    '',
    '| purl type | cataloger | reads | advisories | version order | proved by |',
    '| --- | --- | --- | --- | --- | --- |',
    ...formats,
    '',
    '## Distributions that are assessed',
    '',
    'ID is that of os-release; `$1`, `$2` stand for parts of the release. The source is the one that is fetched on first',
    'use and whose word counts first.',
    '',
    '| ID | ecosystem | source | what its silence means |',
    '| --- | --- | --- | --- |',
    ...new Set(named),
    '',
    '## Distributions that are listed and not assessed',
    '',
    'Packages in one of the formats above are listed; the report says that they were not assessed and why, and the exit',
    'code is 3. So it is for every distribution that is not in these tables, also for one that is like another (`ID_LIKE`).',
    '',
    '| ID | why |',
    '| --- | --- |',
    ...nameless,
    '',
    '## Starter set',
    '',
    `Inside the program, for use without database and network: ${starter.entries} flaws as of ${starter.asOf}, in`,
    `${starter.ecosystems.map((name) => `\`${name}\``).join(', ')}.`,
    '',
  ].join('\n');
}

function assessed(id: string, ecosystem: string, sources: readonly AdvisorySource[]): string {
  const sample = ecosystem.replace('Alpine:v$1', 'Alpine:v3.20').replace(/\$\d/g, '1');
  const source = sources.find((candidate) => candidate.feeds([sample]).length > 0);
  const said = source === undefined ? 'none' : `${source.id} | ${silence[source.lists(sample)]}`;
  return `| \`${id}\` | \`${ecosystem}\` | ${said} |`;
}

if (import.meta.main) writeFileSync(join(root, 'docs/support-matrix.md'), await supportMatrix());
