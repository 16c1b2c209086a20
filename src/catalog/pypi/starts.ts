import type { LockedPackage, Start } from './lock.ts';
import type { Project } from './project.ts';

/** What a project asks for, each with its scope. */
export function startsOf({ needed, optional, dev }: Project): readonly Start[] {
  return [
    ...needed.map((dependency): Start => ({ dependency, scope: undefined })),
    ...optional.map((dependency): Start => ({ dependency, scope: 'optional' })),
    ...dev.map((dependency): Start => ({ dependency, scope: 'dev' })),
  ];
}

/** Marks what the project asks for itself. */
export function withDirect(packages: readonly LockedPackage[], project: Project): readonly LockedPackage[] {
  const asked = new Set(startsOf(project).map(({ dependency }) => dependency.name));
  return packages.map((locked) => (asked.has(locked.name) && !locked.root ? { ...locked, direct: true } : locked));
}

/** The project itself as a package; none when its name or its version stands elsewhere. */
export function rootOf({ name, version, needed, optional, dev }: Project): readonly LockedPackage[] {
  if (name === undefined || version === undefined) return [];
  return [{ name, version, root: true, dependencies: [...needed, ...optional, ...dev] }];
}
