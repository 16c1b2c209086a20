// Writes docs/support-matrix.md from the tables that decide: which distributions are known, who publishes advisories for
// each, and what it means when those say nothing of a package.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AdvisorySource } from '../src/advisory/advisory.ts';
import { starterInfo } from '../src/advisory/source/starter/starter.ts';
import { selectFeeds } from '../src/database/selection.ts';
import { advisorySources, ecosystems } from '../src/scan/ecosystems.ts';
import formatTable from './formats.json' with { type: 'json' };
import sourceTable from './sources.json' with { type: 'json' };

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

const sourceRows: ReadonlyMap<string, readonly string[]> = new Map(Object.entries(sourceTable));
/** Facts that come with the advisories of an image. */
const smallFacts: Readonly<Record<string, true>> = { epss: true, kev: true };

const silence = {
  disclosures: 'no flaw is known, fixed or not',
  fixes: 'no fix was published; flaws without one are not told',
} as const;

function formatRow({ type, cataloger, versions }: (typeof ecosystems)[number]): string {
  const { reads, osv, proof } = formatOf(type);
  const advisories =
    osv === undefined ? (type in distributions ? 'of the distribution' : 'none, listed only') : `\`${osv}\``;
  return `| ${type} | ${cataloger.id} | ${reads} | ${advisories} | ${versions?.id ?? '–'} | ${proof} |`;
}

/** The text of docs/support-matrix.md. */
export async function supportMatrix(): Promise<string> {
  const rows = JSON.parse(readFileSync(join(root, 'src/distro/ecosystems.json'), 'utf8')) as Row[];
  const sources = await advisorySources();
  const selection = selectFeeds(sources, undefined);
  const wanted = new Set(selection.wanted.map(({ source }) => source.id));
  const shadowed = new Set(selection.shadowed.map(({ source }) => source.id).filter((id) => !wanted.has(id)));
  const named = rows.flatMap(({ id, ecosystem }) =>
    ecosystem === undefined ? [] : [assessed(id, ecosystem, sources)],
  );
  const nameless = rows.flatMap(({ id, because }) => (because === undefined ? [] : [`| \`${id}\` | ${because} |`]));
  const formats = ecosystems.map(formatRow);
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
    'ID is that of os-release; `$1`, `$2` stand for parts of the release. The first source is the one that is fetched on first',
    'use and whose word counts first; others add to what it says.',
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
    '## Sources of advisories',
    '',
    'In the order of precedence. The last column says on which documents the reader is proved.',
    '',
    '| source | what | how it counts | brought by | proved on |',
    '| --- | --- | --- | --- | --- |',
    ...sources.map((source) => sourceRow(source, shadowed)),
    '',
    '## Starter set',
    '',
    `Inside the program, for use without database and network: ${starter.entries} flaws as of ${starter.asOf}, in`,
    `${starter.ecosystems.map((name) => `\`${name}\``).join(', ')}.`,
    '',
  ].join('\n');
}

function assessed(id: string, ecosystem: string, sources: readonly AdvisorySource[]): string {
  const sample = sampleOf(ecosystem, sources);
  const serving = sources.filter((candidate) => candidate.feeds([sample]).length > 0);
  const source = serving.find(({ role }) => role === undefined);
  if (source === undefined) throw new Error(`no source has ${ecosystem}, which src/distro/ecosystems.json names`);
  const beside = serving.filter(({ role }) => role === 'supplement').map((one) => one.id);
  const names = [source.id, ...beside].join(', ');
  return `| \`${id}\` | \`${ecosystem}\` | ${names} | ${silence[source.lists(sample)]} |`;
}

/** A release that some source declares, in the place of `$1`. */
function sampleOf(ecosystem: string, sources: readonly AdvisorySource[]): string {
  const parts = ecosystem.split(/\$\d/u).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  const form = new RegExp(`^${parts.join('.+')}$`, 'u');
  const declared = sources.flatMap((source) => source.feeds(undefined).flatMap((feed) => feed.ecosystems));
  return declared.findLast((name) => form.test(name)) ?? ecosystem.replace(/\$\d/g, '1');
}

const brought = { update: '`db update`', name: '`--only`, then each update' } as const;

function sourceRow({ id, role, broughtBy }: AdvisorySource, shadowed: ReadonlySet<string>): string {
  const [what, proof] = sourceRows.get(id) ?? [];
  if (what === undefined || proof === undefined) throw new Error(`tools/sources.json has no row for ${id}`);
  const kind = role === undefined ? 'answers' : role === 'supplement' ? 'adds to answers' : 'facts on flaws';
  const asked = shadowed.has(id) ? 'name' : broughtBy;
  const by = asked === undefined ? 'first use, `db update`' : brought[asked];
  return `| ${id} | ${what} | ${kind} | ${id in smallFacts || role !== 'facts' ? by : by.replace('first use, ', '')} | ${proof} |`;
}

if (import.meta.main) writeFileSync(join(root, 'docs/support-matrix.md'), await supportMatrix());
