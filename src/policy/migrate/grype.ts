import type { Wish } from './finish.ts';
import type { MigrationCode, Told } from './model.ts';
import names from './names.json' with { type: 'json' };
import { onlyVersion } from './package.ts';
import { nameGlob, pathGlobs } from './pattern.ts';
import { isFlawName } from './trivy-text.ts';
import { type Entry, readMapping } from './yaml-lines.ts';

const types: Readonly<Record<string, string>> = names.grypeTypes;
const languages: Readonly<Record<string, string>> = names.grypeLanguages;
const ruleKeys: ReadonlySet<string> = new Set(['vulnerability', 'include-aliases', 'reason', 'package']);
const packageKeys: ReadonlySet<string> = new Set(['name', 'version', 'language', 'type', 'location']);
/** What a rule may ask besides, and why an exception can't. */
const beyond: Readonly<Record<string, string>> = {
  namespace: 'an exception does not ask who says that the flaw is there',
  'fix-state': 'an exception does not ask whether there is a fix; a rule does: when: { fix: … }',
  'match-type': 'an exception does not ask how a flaw was found',
  'vex-status': 'it is for VEX documents, which are given with --vex',
  'vex-justification': 'it is for VEX documents, which are given with --vex',
  'upstream-name': 'an exception does not ask for the source package',
};

/**
 * The rules of Grype's `ignore:`, all of whose criteria hold together; settings that hide flaws otherwise are told. A flaw is
 * one finding here whatever its names, so that `include-aliases` makes no difference.
 */
export async function readGrype(text: string, told: Told): Promise<readonly Wish[]> {
  const settings = await readMapping(text, told);
  const wishes: Wish[] = [];
  for (const [key, { entries, value, line }] of settings ?? []) {
    if (isUnset(value)) continue;
    if (names.grypeElsewhere.includes(key)) {
      const message = 'the setting hides flaws by something else than a rule of ignore';
      told.push({ line, code: 'not-expressible', effect: 'left-out', message, detail: key });
    } else if (key === 'ignore' && entries === undefined) {
      told.push({ line, code: 'wrong-shape', effect: 'left-out', message: 'the section is no list', detail: key });
    } else if (key === 'ignore') wishes.push(...(entries ?? []).flatMap((entry) => wishesOf(entry, told)));
  }
  return wishes;
}

/** Tells why nothing comes of a rule. */
type Leave = (code: MigrationCode, message: string, detail?: string) => readonly never[];

function wishesOf({ line, fields }: Entry, told: Told): readonly Wish[] {
  const leave: Leave = (code, message, detail) => {
    told.push({ line, code, effect: 'left-out', message, ...(detail === undefined ? {} : { detail }) });
    return [];
  };
  if (fields === undefined) return leave('wrong-shape', 'the rule is no mapping');
  const rule = new Map([...fields].map(([key, { value }]): [string, unknown] => [key, value]).filter(isSet));
  const named = rule.get('package') ?? {};
  if (typeof named !== 'object' || named === null || Array.isArray(named)) {
    return leave('wrong-shape', 'package is no mapping');
  }
  const asked = new Map(Object.entries(named).filter(isSet));
  const criteria = new Map([...rule, ...asked]);
  if ([...criteria].some(([key, value]) => key !== 'package' && typeof value !== 'string')) {
    return leave('wrong-shape', 'a criterion is no text');
  }
  for (const key of [...rule.keys(), ...asked.keys()]) {
    if (Object.hasOwn(beyond, key))
      return leave('not-expressible', beyond[key] ?? '', `${key}: ${String(criteria.get(key))}`);
  }
  const strange = [...rule.keys()].filter((key) => !ruleKeys.has(key));
  strange.push(...[...asked.keys()].filter((key) => !packageKeys.has(key)));
  if (strange.length > 0) return leave('unknown-field', 'what the field means is not known', strange.join(', '));
  return scopesOf(rule, asked, leave).map((scope) => ({ line, ...scope, reason: textIn(rule, 'reason') ?? '' }));
}

type Scope = Pick<Wish, 'vulnerability' | 'package' | 'path'>;

function scopesOf(
  rule: ReadonlyMap<string, unknown>,
  asked: ReadonlyMap<string, unknown>,
  leave: Leave,
): readonly Scope[] {
  const vulnerability = textIn(rule, 'vulnerability');
  const location = textIn(asked, 'location');
  if (vulnerability === undefined && asked.size === 0)
    return leave('no-criteria', 'it asks nothing, so that it hides nothing');
  if (vulnerability !== undefined && !isFlawName(vulnerability)) {
    return leave('bad-name', 'no flaw has such a name', vulnerability);
  }
  const named = packageOf(asked);
  if ('message' in named) return leave(named.code, named.message, named.detail);
  if (vulnerability === undefined && !/[A-Za-z0-9]/.test(named.name ?? '')) {
    const message = 'it hides every flaw of a path or of a kind of package; an exception names a flaw or a package';
    return leave('not-expressible', message, [...asked.values()].map(String).join(' '));
  }
  const some = Object.keys(named).length > 0;
  const shared = { ...(vulnerability === undefined ? {} : { vulnerability }), ...(some ? { package: named } : {}) };
  if (location === undefined) return [shared];
  const globs = pathGlobs(location);
  if (globs === undefined)
    return leave('bad-pattern', 'the pattern has signs that no path of an exception has', location);
  return globs.map((path) => ({ ...shared, path }));
}

interface Refusal {
  readonly code: MigrationCode;
  readonly message: string;
  readonly detail: string | undefined;
}

function packageOf(asked: ReadonlyMap<string, unknown>): NonNullable<Wish['package']> | Refusal {
  const [name, version] = [textIn(asked, 'name'), textIn(asked, 'version')];
  const [type, language] = [textIn(asked, 'type'), textIn(asked, 'language')];
  const purlTypes = new Set([
    ...(type === undefined ? [] : [types[type]]),
    ...(language === undefined ? [] : [languages[language.toLowerCase()]]),
  ]);
  const [format] = purlTypes;
  if (purlTypes.has(undefined) || purlTypes.size > 1) {
    return refusal('not-expressible', 'no type of package of ours is that alone', type ?? language);
  }
  const glob = name === undefined ? undefined : nameGlob(name);
  if (name !== undefined && glob === undefined) {
    return refusal('bad-pattern', 'the regular expression says more than a name of an exception can', name);
  }
  const range = version === undefined ? undefined : onlyVersion(version);
  if (version !== undefined && range === undefined)
    return refusal('not-expressible', 'no version is like that', version);
  return {
    // Grype calls a Java archive by its artifact alone.
    ...(glob === undefined ? {} : { name: format === 'maven' ? `*:${glob}` : glob }),
    ...(format === undefined ? {} : { purl: `pkg:${format}/*` }),
    ...(range === undefined ? {} : { version: range }),
  };
}

function refusal(code: MigrationCode, message: string, detail: string | undefined): Refusal {
  return { code, message, detail };
}

function textIn(map: ReadonlyMap<string, unknown>, key: string): string | undefined {
  const value = map.get(key);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function isSet([, value]: readonly [string, unknown]): boolean {
  return !isUnset(value);
}

/** In Grype's settings, what is empty is as if it were not there. */
function isUnset(value: unknown): boolean {
  if (value === undefined || value === null || value === '' || value === 'false') return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}
