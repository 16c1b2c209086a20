import type { Statement } from './statements.ts';

/**
 * Leaves out what says the same again: the source package beside the binary ones of a fix, whose versions are the exact
 * ones; and the binary packages beside the source of what has no fix, which are all of it.
 */
export function withoutRepetition(statements: readonly Statement[]): readonly Statement[] {
  const groups = Map.groupBy(statements, ({ component: { platform, module } }) => `${platform.cpe} ${module ?? ''}`);
  return [...groups.values()].flatMap((group) => {
    const releases = new Set(
      group.flatMap(({ status, component: { kind, version } }) =>
        status === 'fixed' && kind === 'binary' && version !== undefined ? withoutEpoch(version) : [],
      ),
    );
    const sources = new Map<string, Set<Statement['status']>>();
    for (const { status, component } of group) {
      if (component.kind !== 'source') continue;
      const said = sources.get(component.name);
      if (said) said.add(status);
      else sources.set(component.name, new Set([status]));
    }
    const isAlone = new Set(group.filter(({ status }) => status !== 'fixed').map(({ status }) => status)).size === 1;
    return group.filter(({ status, component: { kind, name, version } }) => {
      if (status === 'fixed') return kind === 'binary' || !releases.has(withoutEpoch(version ?? ''));
      if (kind === 'source') return true;
      return !(isAlone ? [...sources.values()].some((said) => said.has(status)) : isOf(name, status, sources));
    });
  });
}

/**
 * Leaves out that a product laid upon a release is not affected, which is most of some documents and what silence says
 * too, but where the whole of which it is a part is affected.
 */
export function withoutSilence(statements: readonly Statement[]): readonly Statement[] {
  const others = new Set(statements.filter((one) => isLayered(one) && one.status !== 'not-affected').map(nameOf));
  return statements.filter((one) => one.status !== 'not-affected' || !isLayered(one) || others.has(nameOf(one)));
}

function withoutEpoch(version: string): string {
  return version.slice(version.indexOf(':') + 1);
}

/** No name of a package has more parts. */
const MOST_PARTS = 32;

/** Whether the binary package is named after a source package, the nearest of all, of which the same alone is said. */
function isOf(name: string, status: Statement['status'], sources: ReadonlyMap<string, ReadonlySet<string>>): boolean {
  for (let at = name.length, steps = 0; at > 0 && steps < MOST_PARTS; at = name.lastIndexOf('-', at - 1), steps++) {
    const said = sources.get(name.slice(0, at));
    if (said !== undefined) return said.size === 1 && said.has(status);
  }
  return false;
}

function isLayered({ component: { platform } }: Statement): boolean {
  return platform.line === 'layered';
}

function nameOf({ component: { name, kind } }: Statement): string {
  return `${kind} ${name}`;
}
