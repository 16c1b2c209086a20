/**
 * glob = *( "**" | "*" | "?" | character )
 *
 * In paths `*` and `?` stop at `/` and `**` does not, and `**` followed by `/` may be nothing; elsewhere `*` and `**` are any text. Case counts unless `fold`.
 */
export interface GlobOptions {
  readonly path?: boolean;
  readonly fold?: boolean;
}

/** `folders` is whole names, each with its `/`, or nothing. */
type Step = { readonly char: string } | { readonly one: true } | { readonly many: 'any' | 'segment' | 'folders' };

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
  const steps = stepsOf(pattern, path);
  return (text) => runs(steps, prepared(text), path);
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
    if (char === '?') steps.push({ one: true });
    else if (char !== '*') steps.push({ char });
    else {
      const double = pattern[at + 1] === '*';
      if (double) at += 1;
      const folders = double && path && pattern[at + 1] === '/';
      steps.push({ many: folders ? 'folders' : double || !path ? 'any' : 'segment' });
      if (folders) at += 1;
    }
  }
  return steps;
}

/** All places in the pattern are followed at once, so that no text takes more than its length times the pattern's. */
function runs(steps: readonly Step[], text: string, path: boolean): boolean {
  let here = new Uint8Array(steps.length + 1);
  here[0] = 1;
  skip(steps, here, true);
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at] ?? '';
    const next = new Uint8Array(steps.length + 1);
    let alive = false;
    for (const [place, step] of steps.entries()) {
      if (here[place] !== 1) continue;
      const to = moved(step, char, path, place);
      if (to === undefined) continue;
      next[to] = 1;
      alive = true;
    }
    if (!alive) return false;
    skip(steps, next, char === '/');
    here = next;
  }
  return here[steps.length] === 1;
}

function moved(step: Step, char: string, path: boolean, place: number): number | undefined {
  if ('char' in step) return step.char === char ? place + 1 : undefined;
  if ('one' in step) return path && char === '/' ? undefined : place + 1;
  return step.many === 'segment' && char === '/' ? undefined : place;
}

function skip(steps: readonly Step[], here: Uint8Array, named: boolean): void {
  for (const [place, step] of steps.entries()) {
    if (here[place] === 1 && 'many' in step && (named || step.many !== 'folders')) here[place + 1] = 1;
  }
}
