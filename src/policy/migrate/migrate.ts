import type { Policy } from '../policy.ts';
import { finished } from './finish.ts';
import { readGrype } from './grype.ts';
import type { IgnoreKind, MigrateOptions, Migration, Told } from './model.ts';
import { readTrivyText } from './trivy-text.ts';
import { readTrivyYaml } from './trivy-yaml.ts';

export type { IgnoreKind, MigrateOptions, Migration } from './model.ts';

const mostBytes = 1024 * 1024;

/** The kind of an ignore file by its name, as the tools look for it; undefined for any other. */
export function ignoreKindOf(file: string): IgnoreKind | undefined {
  const name = file.slice(file.lastIndexOf('/') + 1).toLowerCase();
  if (/^\.?grype(?:[.-].*)?\.ya?ml$/.test(name)) return 'grype';
  if (/trivyignore.*\.ya?ml$/.test(name)) return 'trivyignore-yaml';
  return /trivyignore/.test(name) ? 'trivyignore' : undefined;
}

/**
 * Exceptions that excuse what an ignore file of Trivy or Grype hides, and nothing else. Each has an expiry; what has none in
 * the file gets one, and is told. What can't be said exactly is left out, and is told. Never throws for bad text.
 */
export async function migrate(text: string, kind: IgnoreKind, options: MigrateOptions): Promise<Migration> {
  if (Buffer.byteLength(text) > mostBytes) {
    const message = 'the file is larger than an ignore file may be';
    return {
      exceptions: [],
      lines: [],
      problems: [{ line: 1, code: 'too-large', effect: 'left-out', message, detail: `${mostBytes} bytes` }],
    };
  }
  const told: Told = [];
  const wishes =
    kind === 'trivyignore'
      ? readTrivyText(text, told)
      : kind === 'grype'
        ? await readGrype(text, told)
        : await readTrivyYaml(text, told);
  const found = finished(wishes, options, told);
  return { ...found, problems: told.toSorted((a, b) => a.line - b.line) };
}

/** The rules of a policy that judge flaws and nothing else, by identifier. */
export function flawRules({ rules }: Policy): readonly string[] {
  return [...new Set(rules.filter(({ on }) => on === 'vulnerability').map(({ id }) => id))];
}
