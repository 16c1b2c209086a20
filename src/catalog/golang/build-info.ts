// info   = *(line LF)                                             (Go, runtime/debug, BuildInfo.String)
// line   = "path" TAB package / module / "=>" TAB rest / "build" TAB key "=" value / ""
// module = ("mod" / "dep") TAB rest
// rest   = path TAB version [TAB sum]        ; "=>" replaces the module of the line before
// value  = text, quoted as a Go string where it has blanks or quotes; so is key

/** A module as it was built in. */
export interface BuiltModule {
  readonly path: string;
  readonly version: string;
  readonly sum?: string | undefined;
  readonly replacement?: Omit<BuiltModule, 'replacement'>;
}

/** What a program says of its modules. */
export interface BuildInfo {
  /** Import path of its main package. */
  readonly path?: string;
  readonly main?: BuiltModule;
  readonly modules: readonly BuiltModule[];
  readonly settings: ReadonlyMap<string, string>;
  /** Lines that are none of these. */
  readonly faults: readonly string[];
}

/** Paths of modules and packages, but for local replacements. */
const modulePath = /^[\w.~/+-]{1,500}$/;
const moduleVersion = /^(?:\(devel\)|[\w.+~-]{1,200})?$/;
const moduleSum = /^(?:h1:[\w+/]{43}=)?$/;

/** Reads build info line by line; what is not understood is a fault. */
export function readBuildInfo(text: string): BuildInfo {
  const modules: BuiltModule[] = [];
  const settings = new Map<string, string>();
  const faults: string[] = [];
  let path: string | undefined;
  let main: BuiltModule | undefined;
  let last: BuiltModule[] | undefined;
  const kept: BuiltModule[] = [];
  for (const line of text.split('\n')) {
    const [word = '', ...rest] = line.split('\t');
    const module = word === 'mod' || word === 'dep' || word === '=>' ? moduleOf(rest, word === '=>') : undefined;
    if (word === 'path' && rest.length === 1 && modulePath.test(rest[0] ?? '')) path = rest[0] ?? '';
    else if ((word === 'mod' || word === 'dep') && module !== undefined) {
      last = word === 'mod' ? kept : modules;
      last.push(module);
    } else if (word === '=>' && module !== undefined && last !== undefined) {
      last.push({ ...(last.pop() as BuiltModule), replacement: module });
      last = undefined;
    } else if (word === 'build' && rest.length > 0) readSetting(rest.join('\t'), settings);
    else if (line !== '') faults.push(line.slice(0, 100));
  }
  [main] = kept;
  return { ...(path === undefined ? {} : { path }), ...(main ? { main } : {}), modules, settings, faults };
}

function moduleOf(fields: readonly string[], replaces: boolean): BuiltModule | undefined {
  const [path = '', version = '', sum = ''] = fields;
  const right = fields.length >= 2 && fields.length <= 3 && moduleVersion.test(version) && moduleSum.test(sum);
  if (!right || !(modulePath.test(path) || (replaces && isLocal(path)))) return undefined;
  return { path, version, ...(sum === '' ? {} : { sum }) };
}

/** Whether a replacement is a folder instead of a module. */
function isLocal(path: string): boolean {
  return /^(?:\.{1,2}(?:[/\\]|$)|\/|[A-Za-z]:[/\\])/.test(path);
}

function readSetting(text: string, settings: Map<string, string>): void {
  const quoted = /^"(?:[^"\\]|\\.)*"/.exec(text)?.[0];
  const end = quoted === undefined ? text.indexOf('=') : quoted.length;
  if (end >= 0) settings.set(unquote(text.slice(0, end)), unquote(text.slice(end + 1)));
}

function unquote(text: string): string {
  if (/^`[^`]*`$/.test(text)) return text.slice(1, -1);
  if (!text.startsWith('"')) return text;
  try {
    return String(JSON.parse(text));
  } catch {
    // Go's other escapes are of no version.
    return text.slice(1, -1);
  }
}
