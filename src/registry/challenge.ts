// WWW-Authenticate = #challenge                                               (RFC 9110 11.6.1)
// challenge        = scheme [ 1*SP ( token68 / #( name BWS "=" BWS ( token / quoted-string ) ) ) ]
// A list's elements may be empty, and a comma may part two challenges or two parameters of one.

/** One way in that a server offers. */
export interface Challenge {
  /** In lower case. */
  readonly scheme: string;
  /** Names in lower case; the first of equal ones counts. */
  readonly parameters: ReadonlyMap<string, string>;
}

const token = "[!#$%&'*+\\-.^_`|~0-9A-Za-z]+";
const parameter = new RegExp(`(${token})[ \\t]*=[ \\t]*(?:"((?:[^"\\\\]|\\\\.)*)"|(${token}))`, 'y');
const token68 = /[A-Za-z0-9\-._~+/]+=*(?=[ \t]*(?:,|$))/y;
const scheme = new RegExp(`(${token})(?:[ \\t]+|(?=,|$))`, 'y');
const blank = /[ \t,]*/y;

/** The challenges of a header, in their order; what can't be read ends the list. Headers over 16 KiB are not read. */
export function parseChallenges(header: string): readonly Challenge[] {
  const challenges: { scheme: string; parameters: Map<string, string> }[] = [];
  if (header.length > 16 << 10) return [];
  let position = 0;
  const next = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = position;
    const found = pattern.exec(header);
    if (found !== null) position = pattern.lastIndex;
    return found;
  };
  for (;;) {
    next(blank);
    if (position >= header.length) return challenges;
    const last = challenges.at(-1);
    const pair = next(parameter);
    if (pair !== null) {
      const name = pair[1]?.toLowerCase() ?? '';
      const value = pair[2]?.replace(/\\(.)/g, '$1') ?? pair[3] ?? '';
      if (last === undefined) return challenges;
      if (!last.parameters.has(name)) last.parameters.set(name, value);
      continue;
    }
    const found = next(scheme);
    if (found === null) return challenges;
    challenges.push({ scheme: (found[1] ?? '').toLowerCase(), parameters: new Map() });
    // A token68 stands where parameters could; none of the schemes that registries use has one.
    if (/[ \t]/.test(header[position - 1] ?? '')) next(token68);
  }
}
