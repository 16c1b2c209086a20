// glob = *( folders | "**" | "*" | "?" | character )       folders = "**/" at the start or after "/"
//
// In paths `*` and `?` stop at `/`, `**` does not, and `**/` is any number of whole folders, also none; elsewhere `*` and
// `**` are any text.

/** How a glob is meant. */
export interface GlobOptions {
  /** Over a path. */
  readonly path?: boolean;
  /** Whatever the case of letters. */
  readonly fold?: boolean;
}

/** A character; `one` of any; any text without `/` (`segment`), with (`any`), or that ends in `/` or is empty (`folders`). */
type Step = { readonly char: string } | 'one' | 'segment' | 'any' | 'folders';

/** A function that says whether a text is matched as a whole; linear in the text for each character of the glob. */
export function globOf(glob: string, options: GlobOptions = {}): (text: string) => boolean {
  const pattern = options.fold === true ? glob.toLowerCase() : glob;
  const prepared =
    options.fold === true ? (text: string): string => text.toLowerCase() : (text: string): string => text;
  if (!/[*?]/.test(pattern)) return (text) => prepared(text) === pattern;
  const path = options.path === true;
  if (!path && /^[^*?]*\*$/.test(pattern)) {
    const start = pattern.slice(0, -1);
    return (text) => prepared(text).startsWith(start);
  }
  const start = /^[^*?]*/.exec(pattern)?.[0] ?? '';
  const steps = stepsOf(pattern, path);
  return (text) => {
    const whole = prepared(text);
    return whole.startsWith(start) && runs(steps, whole, path);
  };
}

/** A function that says whether any of the globs matches. */
export function anyGlob(globs: readonly string[], options: GlobOptions = {}): (text: string) => boolean {
  const tests = globs.map((glob) => globOf(glob, options));
  const [only] = tests;
  if (tests.length === 1 && only !== undefined) return only;
  return (text) => tests.some((test) => test(text));
}

function stepsOf(pattern: string, path: boolean): readonly Step[] {
  const steps: Step[] = [];
  for (let at = 0; at < pattern.length; at += 1) {
    const char = pattern[at] ?? '';
    if (char === '?') steps.push('one');
    else if (char !== '*') steps.push({ char });
    else {
      const before = pattern[at - 1] ?? '/';
      const double = pattern[at + 1] === '*';
      if (double) at += 1;
      const folders = double && path && before === '/' && pattern[at + 1] === '/';
      if (folders) at += 1;
      steps.push(folders ? 'folders' : double || !path ? 'any' : 'segment');
    }
  }
  return steps;
}

/** A place to which one goes back: the wildcard there takes more of the text. */
interface Retry {
  readonly step: number;
  at: number;
}

/**
 * Each wildcard takes as little as it can; where the rest does not fit, the last one takes more, or where it may not, the
 * last that crosses `/`. None before that need be tried again, as a later one takes whatever it could have taken.
 */
function runs(steps: readonly Step[], text: string, path: boolean): boolean {
  let [step, at] = [0, 0];
  let segment: Retry | undefined;
  let wide: Retry | undefined;
  while (at < text.length || step < steps.length) {
    const wanted = steps[step];
    if (wanted === 'segment') segment = { step, at };
    else if (wanted === 'any' || wanted === 'folders') [wide, segment] = [{ step, at }, undefined];
    if (typeof wanted === 'string' && wanted !== 'one') {
      step += 1;
      continue;
    }
    if (wanted !== undefined && fits(wanted, text[at], path)) {
      [step, at] = [step + 1, at + 1];
      continue;
    }
    const retry = more(segment, steps, text) ?? more(wide, steps, text);
    if (retry === undefined) return false;
    if (retry === wide) segment = undefined;
    [step, at] = [retry.step + 1, retry.at];
  }
  return true;
}

function fits(wanted: Step, char: string | undefined, path: boolean): boolean {
  if (char === undefined) return false;
  return typeof wanted === 'object' ? wanted.char === char : !path || char !== '/';
}

function more(retry: Retry | undefined, steps: readonly Step[], text: string): Retry | undefined {
  if (retry === undefined || retry.at >= text.length) return undefined;
  const kind = steps[retry.step];
  if (kind === 'segment' && text[retry.at] === '/') return undefined;
  const next = kind === 'folders' ? text.indexOf('/', retry.at) + 1 : retry.at + 1;
  if (next === 0) return undefined;
  retry.at = next;
  return retry;
}
