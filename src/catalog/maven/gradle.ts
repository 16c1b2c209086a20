import { DocumentError, readText } from '../document.ts';
import type { Coordinates } from './facts.ts';

/*
 * lock file = *( comment / dependency / empty ) ; Gradle, "Locking dependency versions"
 * comment   = "#" text
 * dependency = group ":" artifact ":" version [ "=" configuration *( "," configuration ) ]
 * empty     = "empty=" configurations             ; those that resolve to nothing
 */

/** A dependency that a lock file of Gradle names. */
export interface LockedDependency extends Coordinates {
  /** Only to build or to test. */
  readonly dev: boolean;
}

/**
 * Reads a lock file; `configuration` is the one of all lines in files of Gradle before 6. A last line without its end is
 * left out: `whole` is false then. Throws `DocumentError`.
 */
export function readGradleLock(
  bytes: Uint8Array,
  configuration?: string,
): { readonly dependencies: readonly LockedDependency[]; readonly whole: boolean } {
  const found: LockedDependency[] = [];
  let seen = false;
  const lines = readText(bytes).split(/\r?\n/);
  const whole = lines.pop() === '';
  for (const line of lines) {
    const text = line.trim();
    if (text === '') continue;
    seen ||= text.startsWith('# This is a Gradle generated file') || text.startsWith('empty=');
    if (text.startsWith('#') || text.startsWith('empty=')) continue;
    const [, group = '', artifact = '', version = '', names] =
      /^([^\s:=]+):([^\s:=]+):([^\s:=]+)(?:=([\w.,$ -]*))?$/.exec(text.slice(0, 20_000)) ?? [];
    if (version === '')
      throw new DocumentError('corrupt', 'A lock file of Gradle has a line of another kind', text.slice(0, 80));
    found.push({ group, artifact, version, dev: !(names?.split(',') ?? [configuration ?? '']).some(isNeeded) });
  }
  if (whole && !seen && found.length === 0)
    throw new DocumentError('corrupt', 'A lock file of Gradle has nothing in it');
  return { dependencies: found, whole };
}

/** Whether what a configuration holds is needed to run: `runtimeClasspath`, `releaseRuntimeClasspath`, `implementation`. */
function isNeeded(configuration: string): boolean {
  const name = configuration.trim();
  if (/test/i.test(name)) return false;
  return (
    /runtimeClasspath$/i.test(name) || ['', 'api', 'compile', 'default', 'implementation', 'runtime'].includes(name)
  );
}
