import { dayBefore } from './expiry.ts';
import type { Wish } from './finish.ts';
import type { MigrationCode, Told } from './model.ts';
import names from './names.json' with { type: 'json' };
import { packageOfPurl } from './package.ts';
import { pathGlobs } from './pattern.ts';
import { isFlawName } from './trivy-text.ts';
import { type Entry, type Fields, readMapping } from './yaml-lines.ts';

const otherKinds: ReadonlySet<string> = new Set(['misconfigurations', 'secrets', 'licenses']);
const known: ReadonlySet<string> = new Set(['id', 'paths', 'purls', 'expired_at', 'statement']);

/** What Trivy's `.trivyignore.yaml` says of vulnerabilities: `id`, `paths`, `purls`, `expired_at`, `statement`. */
export async function readTrivyYaml(text: string, told: Told): Promise<readonly Wish[]> {
  const sections = await readMapping(text, told);
  const wishes: Wish[] = [];
  for (const [section, { entries, value, line }] of sections ?? []) {
    if (value === '' || value === null) continue;
    if (otherKinds.has(section)) tellOthers(section, entries, line, told);
    else if (section !== 'vulnerabilities') {
      told.push({
        line,
        code: 'unknown-field',
        effect: 'left-out',
        message: 'there is no such section',
        detail: section,
      });
    } else if (entries === undefined) {
      told.push({ line, code: 'wrong-shape', effect: 'left-out', message: 'the section is no list', detail: section });
    } else wishes.push(...entries.flatMap((entry) => wishesOf(entry, told)));
  }
  return wishes;
}

function tellOthers(section: string, entries: readonly Entry[] | undefined, line: number, told: Told): void {
  for (const entry of entries ?? [{ line, fields: undefined }]) {
    const id = entry.fields?.get('id')?.value;
    const detail = typeof id === 'string' ? `${section}: ${id}` : section;
    const message = 'exceptions are for vulnerabilities; it speaks of something else';
    told.push({ line: entry.line, code: 'other-kind', effect: 'left-out', message, detail });
  }
}

function wishesOf({ line, fields }: Entry, told: Told): readonly Wish[] {
  const leave = (code: MigrationCode, message: string, detail?: string): readonly Wish[] => {
    told.push({ line, code, effect: 'left-out', message, ...(detail === undefined ? {} : { detail }) });
    return [];
  };
  if (fields === undefined) return leave('wrong-shape', 'the entry is no mapping');
  const id = textOf(fields, 'id');
  if (id !== undefined && !isFlawName(id)) return leave('bad-name', 'no flaw has such a name', id);
  const strange = [...fields.keys()].filter((key) => !isKnown(key));
  if (strange.length > 0) return leave('unknown-field', 'what the field means is not known', strange.join(', '));
  const paths = listOf(fields, 'paths');
  const purls = listOf(fields, 'purls');
  if (paths === undefined || purls === undefined) return leave('wrong-shape', 'paths and purls are lists of text', id);
  const last = lastDay(fields);
  if (last === 'bad') return leave('bad-date', 'its expiry is no day', id);
  tellRemarks(fields, line, told);
  if (id === undefined && purls.length === 0) {
    return leave(
      'not-expressible',
      'it hides every flaw, or all those of a path; an exception names a flaw or a package',
    );
  }
  const reason = textOf(fields, 'statement') ?? textOf(fields, 'reason') ?? '';
  const shared = {
    line,
    reason,
    ...(last === undefined ? {} : { last }),
    ...(id === undefined ? {} : { vulnerability: id }),
  };
  const places = placesOf(paths, line, id ?? '', told);
  const packages = packagesOf(purls, line, id ?? '', told);
  return packages.flatMap((named) =>
    places.map((path) => ({
      ...shared,
      ...(named === undefined ? {} : { package: named }),
      ...(path === undefined ? {} : { path }),
    })),
  );
}

/** Trivy's paths begin in the root folder of the image without a slash, so that a pattern that begins with one never matches. */
function placesOf(paths: readonly string[], line: number, id: string, told: Told): readonly (string | undefined)[] {
  if (paths.length === 0) return [undefined];
  return paths.flatMap((path) => {
    const detail = `${id} ${path}`.trim();
    if (path.startsWith('/')) {
      const message = 'Trivy writes paths without a slash before, so that it never matches';
      told.push({ line, code: 'no-effect', effect: 'left-out', message, detail });
      return [];
    }
    const globs = pathGlobs(path);
    if (globs === undefined) {
      const message = 'the pattern has signs that no path of an exception has';
      told.push({ line, code: 'bad-pattern', effect: 'left-out', message, detail });
    }
    return (globs ?? []).map((glob) => `/${glob}`);
  });
}

function packagesOf(purls: readonly string[], line: number, id: string, told: Told): readonly Wish['package'][] {
  if (purls.length === 0) return [undefined];
  return purls.flatMap((purl) => {
    const named = packageOfPurl(purl);
    if (typeof named !== 'string') return [named];
    const message =
      named === 'bad-purl' ? 'it is no package URL' : 'an exception does not ask for qualifiers of a package';
    told.push({ line, code: named, effect: 'left-out', message, detail: `${id} ${purl}`.trim() });
    return [];
  });
}

/** Trivy passes over fields that it does not know; where one is plainly meant as the expiry, it is taken as that. */
function tellRemarks(fields: Fields, line: number, told: Told): void {
  const passed = [...fields.keys()].filter((key) => !known.has(key));
  if (passed.length === 0) return;
  const message = names.expiries.some((key) => fields.has(key))
    ? 'Trivy does not know the field and hides it for ever; here it is taken as the expiry'
    : 'Trivy does not know the field';
  told.push({ line, code: 'unknown-field', effect: 'changed', message, detail: passed.join(', ') });
}

function lastDay(fields: Fields): string | undefined {
  const own = textOf(fields, 'expired_at');
  if (own !== undefined) return dayBefore(own) ?? 'bad';
  const meant = names.expiries.map((key) => textOf(fields, key)).find((text) => text !== undefined);
  return meant === undefined ? undefined : (dayBefore(meant) ?? 'bad');
}

function isKnown(key: string): boolean {
  return known.has(key) || names.remarks.includes(key) || names.expiries.includes(key);
}

function textOf(fields: Fields, key: string): string | undefined {
  const value = fields.get(key)?.value;
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}

function listOf(fields: Fields, key: string): readonly string[] | undefined {
  const value = fields.get(key)?.value ?? '';
  if (value === '') return [];
  return Array.isArray(value) && value.every((item) => typeof item === 'string' && item !== '') ? value : undefined;
}
