/*
 * Environment markers (PEP 508, PEP 751):
 *
 *   or    = and *( "or" and )          and   = term *( "and" term )
 *   term  = "(" or ")" / value operator value
 *   value = variable / "'" text "'" / '"' text '"'
 *   operator = "==" / "===" / "!=" / "<" / "<=" / ">" / ">=" / "~=" / "in" / "not" "in"
 *
 * Of an image not everything is known that a marker may ask for; so the answer may be unknown.
 */

/** What is known: a text, a set of texts (`extras`), or `undefined` where it is not known. */
export type MarkerValue = string | ReadonlySet<string> | undefined;
/** Gives the value of a variable of a marker. */
export type MarkerEnvironment = (variable: string) => MarkerValue;

const maximumLength = 4096;
const maximumDepth = 50;

/** Whether a marker holds; `undefined` when that is not known, also for a marker that breaks the grammar. */
export function markerHolds(marker: string, environment: MarkerEnvironment): boolean | undefined {
  const tokens = marker.length > maximumLength ? undefined : tokensOf(marker);
  if (tokens === undefined) return undefined;
  const reader: Reader = { tokens, at: 0, environment };
  const answer = readOr(reader, 0);
  return reader.at === tokens.length ? answer : undefined;
}

/** What every image of Linux answers, with the version of Python (`3.11`) where the path of a package tells it. */
export function linuxEnvironment(python?: string): MarkerEnvironment {
  return (variable) => {
    switch (variable) {
      case 'sys_platform':
        return 'linux';
      case 'os_name':
        return 'posix';
      case 'platform_system':
        return 'Linux';
      case 'python_version':
        return python;
      default:
        return undefined;
    }
  };
}

/**
 * How a requirement with a marker binds: `needed` also where the marker can't be judged, `optional` when it asks for an
 * extra, `never` when it does not hold on Linux.
 */
export function bindingOf(marker: string | undefined, python?: string): 'needed' | 'optional' | 'never' {
  if (marker === undefined) return 'needed';
  const known = linuxEnvironment(python);
  const without = markerHolds(marker, (variable) => (variable === 'extra' ? '' : known(variable)));
  if (without !== false) return 'needed';
  return markerHolds(marker, known) === false ? 'never' : 'optional';
}

interface Reader {
  readonly tokens: readonly string[];
  at: number;
  readonly environment: MarkerEnvironment;
}

const token = /\s*(?:('[^']*'|"[^"]*")|([\w.]+)|(===|==|!=|<=|>=|~=|<|>)|([()]))/y;

function tokensOf(marker: string): string[] | undefined {
  const tokens: string[] = [];
  const text = marker.trim();
  token.lastIndex = 0;
  while (token.lastIndex < text.length) {
    const match = token.exec(text);
    if (match === null) return undefined;
    tokens.push(match[0].trim());
  }
  return tokens;
}

function readOr(reader: Reader, depth: number): boolean | undefined {
  let answer = readAnd(reader, depth);
  while (take(reader, 'or')) {
    const next = readAnd(reader, depth);
    answer = answer === true || next === true ? true : answer === undefined || next === undefined ? undefined : false;
  }
  return answer;
}

function readAnd(reader: Reader, depth: number): boolean | undefined {
  let answer = readTerm(reader, depth);
  while (take(reader, 'and')) {
    const next = readTerm(reader, depth);
    answer = answer === false || next === false ? false : answer === undefined || next === undefined ? undefined : true;
  }
  return answer;
}

function readTerm(reader: Reader, depth: number): boolean | undefined {
  if (depth < maximumDepth && take(reader, '(')) {
    const answer = readOr(reader, depth + 1);
    if (!take(reader, ')')) reader.at = Number.POSITIVE_INFINITY;
    return answer;
  }
  const left = valueOf(reader);
  let operator = reader.tokens[reader.at++] ?? '';
  if (operator === 'not' && take(reader, 'in')) operator = 'not in';
  const right = valueOf(reader);
  return compared(left, operator, right);
}

function take(reader: Reader, text: string): boolean {
  if (reader.tokens[reader.at] !== text) return false;
  reader.at++;
  return true;
}

interface Value {
  readonly value: MarkerValue;
  /** Whether it is a version of Python, whose parts are numbers. */
  readonly numeric: boolean;
}

function valueOf(reader: Reader): Value {
  const text = reader.tokens[reader.at++] ?? '';
  if (text.startsWith("'") || text.startsWith('"')) return { value: text.slice(1, -1), numeric: false };
  return { value: reader.environment(text), numeric: text === 'python_version' };
}

function compared(left: Value, operator: string, right: Value): boolean | undefined {
  const [a, b] = [left.value, right.value];
  if (a === undefined || b === undefined || typeof a !== 'string') return undefined;
  if (operator === 'in') return typeof b === 'string' ? b.includes(a) : b.has(a);
  if (operator === 'not in') return typeof b === 'string' ? !b.includes(a) : !b.has(a);
  if (typeof b !== 'string') return undefined;
  if (left.numeric || right.numeric) return comparedNumbers(a, operator, b);
  if (operator === '==' || operator === '===') return a === b;
  return operator === '!=' ? a !== b : undefined;
}

function comparedNumbers(a: string, operator: string, b: string): boolean | undefined {
  if (!/^\d+(?:\.\d+)*$/.test(a) || !/^\d+(?:\.\d+)*$/.test(b)) return undefined;
  const [x, y] = [a.split('.').map(Number), b.split('.').map(Number)];
  let order = 0;
  for (let at = 0; order === 0 && at < Math.max(x.length, y.length); at++) order = (x[at] ?? 0) - (y[at] ?? 0);
  const answers: ReadonlyMap<string, boolean> = new Map([
    ['==', order === 0],
    ['!=', order !== 0],
    ['<', order < 0],
    ['<=', order <= 0],
    ['>', order > 0],
    ['>=', order >= 0],
  ]);
  return answers.get(operator);
}
