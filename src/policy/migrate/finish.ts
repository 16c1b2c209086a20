import { limitText } from '../../internal/limit-text.ts';
import { dayOf, endOfDay, later } from '../days.ts';
import type { ExceptionSource } from '../policy.ts';
import type { MigrateOptions, Migration, Told } from './model.ts';

/** An entry of an ignore file as far as it is understood. */
export interface Wish {
  readonly line: number;
  /** Absent where the entry hides every flaw of a package. */
  readonly vulnerability?: string;
  readonly package?: { readonly name?: string; readonly purl?: string; readonly version?: string };
  readonly path?: string;
  readonly reason?: string;
  /** The last day on which it holds. */
  readonly last?: string;
}

const defaultDays = 90;
/** A policy file allows no longer exception unless it says so (`limits.exceptionDays`). */
const mostDays = 365;

/** Exceptions of what is wished, each with reason, owner and expiry; of those that excuse the same, the one that lasts longest. */
export function finished(
  wishes: readonly Wish[],
  options: MigrateOptions,
  told: Told,
): Pick<Migration, 'exceptions' | 'lines'> {
  const exceptions = new Map<string, ExceptionSource>();
  const lines = new Map<string, number>();
  for (const wish of wishes) {
    const { vulnerability, package: named, path } = wish;
    const rules = vulnerability === undefined ? (options.rules ?? []) : undefined;
    if (rules?.length === 0) {
      const message = 'it hides every flaw of a package; an exception for that names the rules that judge flaws';
      told.push({ line: wish.line, code: 'not-expressible', effect: 'left-out', message, detail: nameOf(wish) });
      continue;
    }
    const expires = expiryOf(wish, options, told);
    if (expires === undefined) continue;
    const scope = JSON.stringify([vulnerability, named?.name, named?.purl, named?.version, path]);
    const known = exceptions.get(scope);
    if (known !== undefined && known.expires >= expires) continue;
    lines.set(scope, wish.line);
    exceptions.set(scope, {
      ...(vulnerability === undefined ? {} : { vulnerability }),
      ...(named === undefined ? {} : { package: named }),
      ...(path === undefined ? {} : { path }),
      ...(rules === undefined ? {} : { rules }),
      reason: reasonOf(wish, options.file),
      owner: options.file,
      expires,
    });
  }
  return { exceptions: [...exceptions.values()], lines: [...lines.values()] };
}

function reasonOf({ reason }: Wish, file: string): string {
  const said = (reason ?? '').replaceAll(/\s+/g, ' ').trim();
  return said === '' ? `from ${file}` : `from ${file}: ${limitText(said, 500)}`;
}

function expiryOf(wish: Wish, { today, days = defaultDays }: MigrateOptions, told: Told): string | undefined {
  const { line, last } = wish;
  const detail = nameOf(wish);
  const now = endOfDay(today) ?? Date.now();
  if (last === undefined) {
    const expires = dayOf(later(now, Math.min(days, mostDays)));
    const message = 'it holds for ever in the file; here it ends on the day named';
    told.push({ line, code: 'no-expiry', effect: 'changed', message, detail: `${detail}: ${expires}` });
    return expires;
  }
  if (last < today) {
    const message = 'it is past its day and hides nothing any more';
    told.push({ line, code: 'expired', effect: 'left-out', message, detail: `${detail}: ${last}` });
    return undefined;
  }
  const latest = dayOf(later(now, mostDays));
  if (last <= latest) return last;
  const message = 'it lasts longer than an exception may; here it ends on the day named';
  told.push({ line, code: 'expiry-shortened', effect: 'changed', message, detail: `${detail}: ${latest}` });
  return latest;
}

/** What tells an entry from others. */
function nameOf({ vulnerability, package: named, path }: Wish): string {
  return [vulnerability, named?.name ?? named?.purl, path].filter((part) => part !== undefined).join(' ');
}
