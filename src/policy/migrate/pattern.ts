const mostChoices = 64;

/**
 * Globs of ours for a pattern of doublestar, which both tools use; undefined where it has signs that ours lack.
 *
 * pattern = *( "**" / "*" / "?" / "[" class "]" / "{" pattern *( "," pattern ) "}" / "\" character / character )
 *
 * `**` crosses folders only where it is a whole name; elsewhere it is `*`.
 */
export function pathGlobs(pattern: string): readonly string[] | undefined {
  if (/[[\]\\]/.test(pattern)) return undefined;
  const plain = choicesOf(pattern);
  return plain?.map((choice) =>
    choice
      .split('/')
      .map((name) => (name === '**' ? name : name.replaceAll(/\*{2,}/g, '*')))
      .join('/'),
  );
}

/** All texts that a pattern with braces stands for; undefined for braces in braces, without end, or with too many choices. */
function choicesOf(pattern: string): readonly string[] | undefined {
  const [before, inside, after] = partsOf(pattern);
  if (inside === undefined) return /[{}]/.test(pattern) ? undefined : [pattern];
  const rest = choicesOf(after);
  const choices = rest?.flatMap((end) => inside.split(',').map((choice) => `${before}${choice}${end}`));
  return choices === undefined || choices.length > mostChoices ? undefined : choices;
}

function partsOf(pattern: string): [string, string | undefined, string] {
  const [, before = '', inside, after = ''] = /^([^{}]*)\{([^{}]*)\}(.*)$/s.exec(pattern) ?? [];
  return [before, inside, after];
}

/**
 * A glob over names for a regular expression (RE2) that is anchored at both ends, as Grype reads package names; undefined
 * where it has more than `.*`, `.+` and escaped signs. A lone `.` is taken for itself.
 */
export function nameGlob(expression: string): string | undefined {
  const inner = expression.replace(/^\^/, '').replace(/(?<!\\)\$$/, '');
  let glob = '';
  for (let at = 0; at < inner.length; at += 1) {
    const char = inner[at] ?? '';
    const next = inner[at + 1] ?? '';
    if (char === '.' && (next === '*' || next === '+')) {
      glob += next === '*' ? '*' : '?*';
      at += 1;
    } else if (char === '\\' && /[.+/@-]/.test(next)) {
      glob += next;
      at += 1;
    } else if (/[\w.@/:~-]/.test(char) && !/[*+?{]/.test(next)) glob += char;
    else return undefined;
  }
  return glob === '' ? undefined : glob;
}
