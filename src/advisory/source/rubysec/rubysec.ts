/*
 * The Ruby Advisory Database: one YAML file per advisory, `gems/<gem>/<id>.yml` and `rubies/<engine>/<id>.yml`.
 *
 *   file = { gem or engine, platform?, cve?, ghsa?, osvdb?, url, title, date, description, cvss_v2?, cvss_v3?, cvss_v4?,
 *            patched_versions?: [ requirement ], unaffected_versions?: [ requirement ] }
 *
 * Identifiers are without their prefix (`cve: 2014-7829`). Every version is affected that meets none of the requirements.
 */
import type { PackedEntry } from '../../../internal/unpack.ts';
import type { Advisory, AdvisorySource, Affected, Feed, ParseReport, Reference, Severity } from '../../advisory.ts';
import { rangesOf } from '../cuts.ts';
import { dayIn } from '../day.ts';
import { asObject, asText } from '../document.ts';
import { type FileOutcome, readArchive } from '../osv/archive.ts';
import { summaryLine } from '../summary.ts';
import { yamlReader } from '../yaml.ts';
import { gems, versionsMeeting } from './requirement.ts';

const FEED: Feed = {
  url: 'https://github.com/rubysec/ruby-advisory-db/archive/refs/heads/master.zip',
  ecosystems: ['RubyGems', 'Ruby'],
};

/** RubySec's advisories on gems, and on Ruby itself (ecosystem `Ruby`: `ruby`, `jruby`, `mruby`, …). */
export const rubysec: AdvisorySource = {
  id: 'rubysec',
  lists: () => 'disclosures',
  feeds: (ecosystems) =>
    ecosystems === undefined || ecosystems.some((name) => FEED.ecosystems.includes(name)) ? [FEED] : [],
  parse: parseArchive,
};

async function parseArchive(_: Feed, bytes: Uint8Array, keep: (advisory: Advisory) => void): Promise<ParseReport> {
  const read = await yamlReader();
  return await readArchive(bytes, (file) => readFile(file, read), keep);
}

function readFile({ name, bytes }: PackedEntry, read: (bytes: Uint8Array) => unknown): FileOutcome {
  const [, folder] = /(?:^|\/)(gems|rubies)\/[^/]+\/[^/]+\.yml$/.exec(name) ?? [];
  if (folder === undefined) return undefined;
  const fields = asObject(read(bytes));
  if (fields === undefined) return 'malformed';
  const subject = asText(fields[folder === 'gems' ? 'gem' : 'engine']);
  const [id, ...aliases] = namesIn(fields);
  if (subject === undefined || id === undefined) return 'malformed';
  const affected = affectedIn(fields, folder === 'gems' ? 'RubyGems' : 'Ruby', subject);
  if (affected === undefined) return 'no-version';
  const summary = summaryLine(fields['title']) ?? summaryLine(fields['description']);
  const published = dayIn(fields['date']);
  return {
    id,
    aliases,
    covers: [],
    ...(summary === undefined ? {} : { summary }),
    ...(published === undefined ? {} : { published }),
    severities: severitiesIn(fields),
    affected: [affected],
    references: referencesIn(fields),
  };
}

/** The CVE first, then GitHub's name, then that of the OSVDB, which is no more. */
function namesIn(fields: Readonly<Record<string, unknown>>): readonly string[] {
  return (['cve', 'ghsa', 'osvdb'] as const).flatMap((kind) => {
    const text = asText(fields[kind]);
    return text === undefined || !/^[\w-]{1,40}$/.test(text) ? [] : [`${kind.toUpperCase()}-${text}`];
  });
}

/** Undefined when no version at all is left. Requirements that are not understood leave it undetermined. */
function affectedIn(fields: Readonly<Record<string, unknown>>, ecosystem: string, name: string): Affected | undefined {
  const platform = asText(fields['platform']);
  const base = {
    ecosystem,
    package: name,
    appliesTo: 'binary',
    ...(platform === undefined ? {} : { note: `only on ${platform.slice(0, 40)}` }),
  } as const;
  const patched = versionsIn(fields['patched_versions']);
  const unaffected = versionsIn(fields['unaffected_versions']);
  if (patched === undefined || unaffected === undefined)
    return {
      ...base,
      status: 'undetermined',
      ranges: [],
      fixState: 'unknown',
      note: 'requirements that are not understood',
    };
  const safe = gems.union([patched, unaffected]);
  const set = gems.without(gems.all, safe);
  if (set.length === 0) return undefined;
  // A version that was never affected does as well for who upgrades to it.
  const ranges = rangesOf(set, { next: ({ text }) => `${text}.1`, isFix: () => true });
  return { ...base, status: 'affected', ranges, fixState: patched.length > 0 ? 'fixed' : 'not-fixed' };
}

function versionsIn(value: unknown): ReturnType<typeof versionsMeeting> {
  if (value === undefined || value === null || value === '') return [];
  if (!Array.isArray(value)) return undefined;
  const texts = value.flatMap((item) => asText(item) ?? []);
  return texts.length === value.length ? versionsMeeting(texts) : undefined;
}

const LEVELS = [
  [9, 'critical'],
  [7, 'high'],
  [4, 'medium'],
  [0.1, 'low'],
  [0, 'negligible'],
] as const;

/** Scores without vectors, the newest version of CVSS first. CVSS 2 knows no critical. */
function severitiesIn(fields: Readonly<Record<string, unknown>>): Severity[] {
  return (['cvss_v4', 'cvss_v3', 'cvss_v2'] as const).flatMap((key) => {
    const value = asText(fields[key]);
    const score = Number(value);
    if (value === undefined || !(score >= 0 && score <= 10)) return [];
    const level = LEVELS.find(([least]) => score >= least)?.[1] ?? 'unknown';
    const label = key === 'cvss_v2' && level === 'critical' ? 'high' : level;
    return [{ label, scheme: `rubysec-${key}`, value, by: 'rubysec' }];
  });
}

function referencesIn(fields: Readonly<Record<string, unknown>>): readonly Reference[] {
  const related = asObject(fields['related'])?.['url'];
  const urls = [fields['url'], ...(Array.isArray(related) ? related : [])];
  const fine = urls.flatMap((url) => (/^https?:\/\/[^\s<>"]+$/.test(asText(url) ?? '') ? (asText(url) ?? []) : []));
  return [...new Set(fine)].slice(0, 50).map((url, at) => ({ type: at === 0 ? 'advisory' : 'web', url }));
}
