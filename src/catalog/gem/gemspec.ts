/**
 * A gem specification as RubyGems writes it (`Gem::Specification#to_ruby`), which is Ruby but regular:
 *
 *   file       = *comment "Gem::Specification.new do |s|" LF *statement "end" LF
 *   stub       = "# stub: " name SP version SP platform SP require-paths LF
 *   statement  = "s." attribute " = " value | "s.add_" ["runtime_" | "development_"] "dependency(" text ["," …] ")"
 *   text       = '"' … '"' | "'" … "'" | "%q<" … ">", with ".freeze" behind it or not
 *
 * It is read, never evaluated: a value that is no literal (`Foo::VERSION`) is not known.
 */
export interface Gemspec {
  readonly name?: string;
  readonly version?: string;
  /** Absent where it is `ruby`: for every platform. */
  readonly platform?: string;
  readonly licenses: readonly string[];
  readonly homepage?: string;
  /** Names of the gems that it needs to run. */
  readonly dependencies: readonly string[];
  /** Whether it begins a specification at all. */
  readonly recognized: boolean;
  /** Whether its end is there. */
  readonly whole: boolean;
}

const stubStart = '# stub: ';
const maximumDependencies = 1000;
const statement = /^\s*[a-z_]\w*\.(\w+)(?:\s*=\s*|\s*\(\s*|\s+)(.*)$/;
const attributes: ReadonlySet<string> = new Set(['name', 'version', 'platform', 'license', 'licenses', 'homepage']);

/** What a gem specification says; fields that are absent could not be read. */
export function readGemspec(text: string): Gemspec {
  const values = new Map<string, readonly string[]>();
  const dependencies = new Map<string, 'run' | 'dev'>();
  let stub: readonly string[] | undefined;
  let recognized = false;
  let last = '';
  for (let at = 0; at < text.length; ) {
    const feed = text.indexOf('\n', at);
    const end = feed < 0 ? text.length : feed;
    const line = text.slice(at, end);
    at = end + 1;
    if (line.trim() !== '') last = line;
    if (line.startsWith(stubStart)) stub ??= line.slice(stubStart.length).split(' ');
    else if (line.startsWith('Gem::Specification.new')) recognized = true;
    else if (line.length < 10_000) readStatement(line, values, dependencies);
  }
  // `gem list` believes the stub and reads the rest of the file only where there is none.
  const name = stub?.[0] ?? values.get('name')?.[0];
  const version = stub?.[1] ?? values.get('version')?.[0];
  const platform = stub?.[2] ?? values.get('platform')?.[0];
  const homepage = values.get('homepage')?.[0];
  return {
    ...(name ? { name } : {}),
    ...(version ? { version } : {}),
    ...(platform && platform !== 'ruby' ? { platform } : {}),
    ...(homepage ? { homepage } : {}),
    licenses: values.get('licenses') ?? values.get('license') ?? [],
    dependencies: Array.from(dependencies).flatMap(([needed, use]) => (use === 'run' ? [needed] : [])),
    recognized,
    whole: last.trimEnd() === 'end',
  };
}

function readStatement(
  line: string,
  values: Map<string, readonly string[]>,
  dependencies: Map<string, 'run' | 'dev'>,
): void {
  const match = statement.exec(line);
  const [key, rest] = [match?.[1], match?.[2]];
  if (key === undefined || rest === undefined) return;
  if (attributes.has(key)) {
    if (!values.has(key)) values.set(key, literals(rest));
  } else if (key.endsWith('_dependency')) {
    const [name] = literals(rest);
    // For old RubyGems the list is there again, with all of its entries as `add_dependency`: the first counts.
    if (name === undefined || dependencies.has(name) || dependencies.size >= maximumDependencies) return;
    dependencies.set(name, key === 'add_development_dependency' ? 'dev' : 'run');
  }
}

const literal = /"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|%q<([^<>]*)>/y;
const wrapper = /Gem::(?:Version|Platform)\.new\(\s*/y;

/** The texts at the start of an expression: one, or those of an array. */
function literals(expression: string): string[] {
  let at = expression.startsWith('[') ? 1 : 0;
  const isArray = at === 1;
  wrapper.lastIndex = at;
  if (wrapper.test(expression)) at = wrapper.lastIndex;
  const found: string[] = [];
  for (;;) {
    literal.lastIndex = at;
    const match = literal.exec(expression);
    if (match === null) return found;
    found.push(match[1] === undefined ? (match[2] ?? match[3] ?? '') : unescaped(match[1]));
    if (!isArray || found.length >= 100) return found;
    const comma = expression.slice(literal.lastIndex).search(/[,\]]/);
    if (comma < 0 || expression[literal.lastIndex + comma] === ']') return found;
    at = literal.lastIndex + comma + 1;
    while (expression[at] === ' ') at++;
  }
}

const escape = /\\(?:u\{([\dA-Fa-f]{1,6})\}|u([\dA-Fa-f]{4})|x([\dA-Fa-f]{1,2})|(.))/g;
const letters: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['t', '\t'],
  ['r', '\r'],
  ['e', '\u001b'],
]);

/** A text as `String#dump` writes it. */
function unescaped(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(escape, (_whole, long?: string, short?: string, byte?: string, char?: string) => {
    const code = long ?? short ?? byte;
    if (code === undefined) return letters.get(char ?? '') ?? char ?? '';
    const point = Number.parseInt(code, 16);
    return point > 0x10_ff_ff ? '\ufffd' : String.fromCodePoint(point);
  });
}

const fileName = /^(.+?)-(\d[\w.]*)(?:-([a-z].*))?$/;

/** Name, version and platform by which RubyGems names the file; `undefined` when it is not so named. */
export function readSpecificationName(path: string): Pick<Gemspec, 'name' | 'version' | 'platform'> | undefined {
  const match = fileName.exec(path.slice(path.lastIndexOf('/') + 1, -'.gemspec'.length));
  const [, name, version, platform] = match ?? [];
  return name === undefined || version === undefined
    ? undefined
    : { name, version, ...(platform === undefined ? {} : { platform }) };
}
