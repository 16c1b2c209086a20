// line = path " " version ["/go.mod"] " h1:" base64                  (Go modules reference, "go.sum files")

/** A module of which the whole source was checked. */
export interface SummedModule {
  readonly path: string;
  readonly version: string;
  readonly sum: string;
}

/** The sums of modules (not of their `go.mod` alone); other lines are faults. */
export function readGoSum(text: string): {
  readonly modules: readonly SummedModule[];
  readonly faults: readonly string[];
} {
  const modules: SummedModule[] = [];
  const faults: string[] = [];
  for (const line of text.split(/\r?\n/)) {
    if (line.trim() === '') continue;
    const [, path, version, rest, sum] =
      /^([\w.~/+-]{1,500}) (v[\w.+-]{1,200}?)(\/go\.mod)? (h1:[\w+/]{43}=)$/.exec(line) ?? [];
    if (path === undefined || version === undefined || sum === undefined) faults.push(line.slice(0, 100));
    else if (rest === undefined) modules.push({ path, version, sum });
  }
  return { modules, faults };
}

/** The highest of the versions of each module, which is what is built when nothing else says. */
export function highestOf(modules: readonly SummedModule[]): ReadonlyMap<string, SummedModule> {
  const highest = new Map<string, SummedModule>();
  for (const module of modules) {
    const known = highest.get(module.path);
    if (known === undefined || compareVersions(known.version, module.version) < 0) highest.set(module.path, module);
  }
  return highest;
}

/** Order of versions of one module (Semantic Versioning 2.0.0, clause 11). */
export function compareVersions(a: string, b: string): number {
  const [first, second] = [partsOf(a), partsOf(b)];
  for (const index of [0, 1, 2]) {
    const difference = (first.core[index] ?? 0) - (second.core[index] ?? 0);
    if (difference !== 0) return difference;
  }
  if (first.stage.length === 0 || second.stage.length === 0) return second.stage.length - first.stage.length;
  for (let index = 0; index < Math.min(first.stage.length, second.stage.length); index++) {
    const difference = compareStages(first.stage[index] ?? '', second.stage[index] ?? '');
    if (difference !== 0) return difference;
  }
  return first.stage.length - second.stage.length;
}

function partsOf(version: string): { readonly core: readonly number[]; readonly stage: readonly string[] } {
  const [, core = '', stage] = /^v?([\d.]*)(?:-([^+]*))?/.exec(version) ?? [];
  return { core: core.split('.').map(Number), stage: stage === undefined ? [] : stage.split('.') };
}

function compareStages(a: string, b: string): number {
  const [first, second] = [/^\d+$/.test(a), /^\d+$/.test(b)];
  if (first && second) return Number(a) - Number(b);
  if (first !== second) return first ? -1 : 1;
  return a < b ? -1 : a > b ? 1 : 0;
}
