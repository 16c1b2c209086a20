/**
 * The lock file of Bundler (`Bundler::LockfileParser`), by indentation:
 *
 *   file     = *( heading LF *line [LF] )
 *   source   = "GEM" | "GIT" | "PATH" | "PLUGIN SOURCE"
 *                2 option ": " value            remote, revision, ref, branch, tag, glob, submodules, type
 *                2 "specs:"
 *                4 name " (" version ["-" platform] ")"
 *                6 name [" (" requirement ")"]  what that gem needs
 *   "DEPENDENCIES"  2 name [" (" requirement ")"] ["!"]       what the Gemfile asks for
 *   "CHECKSUMS"     2 name " (" version ["-" platform] ")" [" " algorithm "=" digest]
 *   "PLATFORMS" | "RUBY VERSION" | "BUNDLED WITH" | …         of no interest
 *
 * One version of a gem for several platforms has a line for each.
 */
export interface LockedGem {
  readonly name: string;
  readonly version: string;
  readonly source: GemSource;
  /** Names only. */
  readonly dependencies: readonly string[];
}

/** Where gems come from. */
export interface GemSource {
  readonly kind: 'GEM' | 'GIT' | 'PATH' | 'PLUGIN SOURCE';
  /** Values of the options; of one that is there twice (`remote`) all, with blanks between. */
  readonly options: ReadonlyMap<string, string>;
}

/** What a lock file says. */
export interface GemLock {
  readonly gems: readonly LockedGem[];
  /** Names of the gems that the Gemfile asks for. */
  readonly direct: ReadonlySet<string>;
  /** `sha256=…` by `name (version)`, as the file has it. */
  readonly checksums: ReadonlyMap<string, string>;
  /** What is wrong, with the line. */
  readonly faults: readonly string[];
}

const sources: ReadonlySet<string> = new Set<GemSource['kind']>(['GEM', 'GIT', 'PATH', 'PLUGIN SOURCE']);
const maximumFaults = 8;
const option = /^ {2}(\w+): (.*)$/;
const spec = /^ {4}([^ ]+) \(([^ ()-]+)(?:-[^ ()]+)?\)$/;
const need = /^ {6}([^ ]+)(?: \([^()]+\))?$/;
const wanted = /^ {2}([^ !]+)(?: \([^()]+\))?!?$/;
const checksum = /^ {2}([^ ]+ \([^ ()]+\))(?: (\w+=[\w+/=,-]+))?$/;

interface Reading {
  readonly gems: Map<string, LockedGem & { readonly dependencies: string[] }>;
  readonly direct: Set<string>;
  readonly checksums: Map<string, string>;
  readonly faults: string[];
  heading: string;
  source: (GemSource & { readonly options: Map<string, string> }) | undefined;
  gem: { readonly dependencies: string[] } | undefined;
}

/** Reads a lock file line by line; what it does not understand in the sections that matter is a fault. */
export function readGemLock(text: string): GemLock {
  const reading: Reading = {
    gems: new Map(),
    direct: new Set(),
    checksums: new Map(),
    faults: [],
    heading: '',
    source: undefined,
    gem: undefined,
  };
  const headings = new Set<string>();
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.endsWith('\r') ? raw.slice(0, -1) : raw;
    if (line.trim() === '') continue;
    if (!line.startsWith(' ')) {
      if (/^[<=>|]{7}/.test(line)) fault(reading, index, 'merge conflict');
      else if (!/^[A-Z][A-Z ]*$/.test(line)) fault(reading, index, 'not a heading');
      reading.heading = line;
      headings.add(line);
      reading.source = sources.has(line) ? { kind: line as GemSource['kind'], options: new Map() } : undefined;
      reading.gem = undefined;
    } else if (!readLine(reading, line)) fault(reading, index, 'not understood');
  }
  if (!headings.has('DEPENDENCIES')) reading.faults.push('no DEPENDENCIES');
  else if (!text.endsWith('\n')) reading.faults.push('end within a line');
  const { gems, direct, checksums, faults } = reading;
  return { gems: [...gems.values()], direct, checksums, faults };
}

function fault({ faults }: Reading, index: number, text: string): void {
  if (faults.length < maximumFaults) faults.push(`line ${index + 1}: ${text}`);
}

function readLine(reading: Reading, line: string): boolean {
  if (reading.source !== undefined) return readSourceLine(reading, reading.source, line);
  if (reading.heading === 'DEPENDENCIES') {
    const name = wanted.exec(line)?.[1];
    if (name !== undefined) reading.direct.add(name);
    return name !== undefined;
  }
  if (reading.heading === 'CHECKSUMS') {
    const [, key, digest] = checksum.exec(line) ?? [];
    if (key !== undefined && digest !== undefined) reading.checksums.set(key, digest);
    return key !== undefined;
  }
  return true;
}

function readSourceLine(reading: Reading, source: NonNullable<Reading['source']>, line: string): boolean {
  if (line === '  specs:') return true;
  const [, key, value] = option.exec(line) ?? [];
  if (key !== undefined && value !== undefined) {
    const before = source.options.get(key);
    source.options.set(key, before === undefined ? value : `${before} ${value}`);
    return true;
  }
  const [, name, version] = spec.exec(line) ?? [];
  if (name !== undefined && version !== undefined) {
    const id = `${name} ${version}`;
    const found = reading.gems.get(id) ?? { name, version, source, dependencies: [] };
    reading.gems.set(id, found);
    reading.gem = found;
    return true;
  }
  const needed = need.exec(line)?.[1];
  if (needed === undefined || reading.gem === undefined) return false;
  reading.gem.dependencies.push(needed);
  return true;
}
