import { asArray, asObject, asText, readJson, readText, readYaml, textsOf } from '../document.ts';

/** A package that a plan or a lock file names. */
export interface LockedPackage {
  readonly name: string;
  readonly version: string;
  /** Unit of a plan, by which others depend on it. */
  readonly id?: string | undefined;
  readonly depends?: readonly string[];
  readonly integrity?: string | undefined;
  readonly origin?: string | undefined;
  /** Of the project itself. */
  readonly local?: boolean;
}

/** What a file names; `damaged` are entries that name no version, undefined a file that is none. */
export interface Locked {
  readonly packages: readonly LockedPackage[];
  readonly damaged: readonly string[];
}

const nameVersion = /^([A-Za-z0-9][A-Za-z0-9-]*?)-(\d+(?:\.\d+)*)(?:@(?:(sha256:[\da-f]{64})|rev:\d+).*)?$/;

/** `packages[].completed` of `stack.yaml.lock`; what the snapshot brings is not in it. Throws `DocumentError`. */
export function readStackLock(bytes: Uint8Array): Locked | undefined {
  const lock = asObject(readYaml(bytes));
  if (lock === undefined || !(Array.isArray(lock['packages']) && Array.isArray(lock['snapshots']))) return undefined;
  const damaged: string[] = [];
  const packages = (asArray(lock['packages']) ?? []).flatMap((entry): LockedPackage[] => {
    const completed = asObject(asObject(entry)?.['completed']) ?? {};
    const hackage = asText(completed['hackage']);
    const [, name = asText(completed['name']), version = asText(completed['version']), integrity] =
      nameVersion.exec(hackage ?? '') ?? [];
    if (name === undefined || version === undefined) {
      damaged.push(hackage ?? 'no name');
      return [];
    }
    const place = asText(completed['git']) ?? asText(completed['url']);
    const commit = asText(completed['commit']);
    const origin = place && (commit === undefined ? place : `${place}@${commit}`);
    return [{ name, version, integrity, origin }];
  });
  return { packages, damaged };
}

/** The `any.name ==version` constraints of `cabal.project.freeze`; flags are passed over. Throws `DocumentError`. */
export function readFreeze(bytes: Uint8Array): Locked | undefined {
  const text = readText(bytes, 16 << 20).replaceAll(/^\s*--.*$/gm, '');
  if (!/^constraints:/m.test(text)) return undefined;
  const packages: LockedPackage[] = [];
  const damaged: string[] = [];
  const body = text.replaceAll(/^[a-z-]+:(?=\s)/gm, (field) => (field === 'constraints:' ? ',' : ',#'));
  for (const item of body.split(',')) {
    const [, name, rest = ''] = /^\s*(?:any\.)?([A-Za-z0-9][A-Za-z0-9-]*)\s*([=<>^].*)$/s.exec(item) ?? [];
    if (name === undefined) continue;
    const versions = rest.split('||').map((part) => /^\s*==\s*(\d+(?:\.\d+)*)\s*$/.exec(part)?.[1]);
    for (const version of versions) {
      if (version === undefined) damaged.push(item.trim());
      else packages.push({ name, version });
    }
  }
  return { packages, damaged };
}

/** The units of cabal's `plan.json`. Throws `DocumentError`. */
export function readPlan(bytes: Uint8Array): Locked | undefined {
  const units = asArray(asObject(readJson(bytes))?.['install-plan']);
  if (units === undefined) return undefined;
  const damaged: string[] = [];
  const packages = units.flatMap((value): LockedPackage[] => {
    const unit = asObject(value) ?? {};
    const [name, version, id] = [asText(unit['pkg-name']), asText(unit['pkg-version']), asText(unit['id'])];
    if (name === undefined || version === undefined) {
      damaged.push(name ?? id ?? 'no name');
      return [];
    }
    const components = Object.values(asObject(unit['components']) ?? {});
    const depends = [unit, ...components].flatMap((part) => textsOf(asObject(part)?.['depends']));
    const source = asObject(unit['pkg-src']);
    const sha256 = asText(unit['pkg-src-sha256']);
    return [
      {
        name,
        version,
        id,
        depends,
        integrity: sha256 && `sha256:${sha256}`,
        local: source?.['type'] === 'local',
      },
    ];
  });
  return { packages, damaged };
}
