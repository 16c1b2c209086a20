import { dayOf, endOfDay, later } from './days.ts';
import type { Exception, ExceptionSource, PolicyProblem } from './policy.ts';
import { problemAt } from './problems.ts';
import type { PolicyFile } from './read-document.ts';
import { suggestion } from './schema-walk.ts';
import { versionRange } from './version-range.ts';

const defaultDays = 365;

/** The exceptions of all files, highest first; what is wrong with them, and what is only told: those past their day. */
export function collectExceptions(
  files: readonly PolicyFile[],
  ruleIds: readonly string[],
  now: number,
): {
  readonly exceptions: readonly Exception[];
  readonly problems: readonly PolicyProblem[];
  readonly warnings: readonly PolicyProblem[];
} {
  const problems: PolicyProblem[] = [];
  const warnings: PolicyProblem[] = [];
  const exceptions: Exception[] = [];
  let days = defaultDays;
  let forbidden = false;
  for (const file of files) {
    const { limits, images } = file.document;
    days = Math.min(days, limits?.exceptionDays ?? days);
    for (const [at, source] of (file.document.exceptions ?? []).entries()) {
      const path = ['exceptions', at];
      if (forbidden) problems.push(problemAt('exception-forbidden', file.place(path)));
      problems.push(...checkException(source, file, path, { ruleIds, now, days }));
      const end = endOfDay(source.expires);
      if (end !== undefined && end < now) {
        warnings.push(problemAt('expired', file.place([...path, 'expires']), `${source.expires}, ${source.owner}`));
      }
      exceptions.push({ ...source, ...(images === undefined ? {} : { images }), place: file.place(path) });
    }
    forbidden ||= limits?.exceptions === false;
  }
  return { exceptions, problems, warnings };
}

function checkException(
  source: ExceptionSource,
  file: PolicyFile,
  path: readonly (string | number)[],
  { ruleIds, now, days }: { readonly ruleIds: readonly string[]; readonly now: number; readonly days: number },
): readonly PolicyProblem[] {
  const problems: PolicyProblem[] = [];
  const tell = (code: PolicyProblem['code'], field: readonly (string | number)[], detail: string): void => {
    problems.push(problemAt(code, file.place([...path, ...field]), detail));
  };
  if (isBroad(source)) tell('exception-too-broad', [], 'a name of the flaw or package that is not * alone');
  const end = endOfDay(source.expires);
  if (end === undefined) tell('bad-value', ['expires'], `${source.expires} is not a day`);
  else if (end > later(now, days + 1)) {
    tell('exception-too-long', ['expires'], `at most ${days} days from today, ${dayOf(later(now, days))}`);
  }
  for (const field of ['reason', 'owner'] as const) {
    if (source[field].trim() === '') tell('missing-field', [field], `${field} is empty`);
  }
  const version = typeof source.package === 'object' ? source.package.version : undefined;
  if (version !== undefined && versionRange(version) === undefined) {
    tell('bad-value', ['package', 'version'], 'a range is written >= 1.2, < 2 || = 3');
  }
  for (const [at, id] of (source.rules ?? []).entries()) {
    if (!ruleIds.includes(id)) tell('bad-value', ['rules', at], `there is no rule ${id}${suggestion(id, ruleIds)}`);
  }
  return problems;
}

/** Wildcards alone name nothing, and neither does a version without a package, or a kind of package. */
function isBroad({ vulnerability, package: found }: ExceptionSource): boolean {
  if (vulnerability !== undefined) return false;
  const { name, purl } = typeof found === 'object' ? found : { name: found, purl: undefined };
  return ![name, purl].some((text) => text !== undefined && /[A-Za-z0-9]/.test(lastPart(text)));
}

function lastPart(text: string): string {
  const path = text.split(/[#]/, 1)[0] ?? '';
  const part = path.startsWith('pkg:') ? (path.split('/').slice(1).at(-1) ?? '') : path;
  return part.split('@', 1)[0] === '' ? part : (part.split('@', 1)[0] ?? '');
}
