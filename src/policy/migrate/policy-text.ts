import type { PolicyDocument } from '../policy.ts';
import type { MigrateOptions, Migration } from './model.ts';

/**
 * Text of a policy file that extends a built-in policy and has the exceptions of an ignore file; what was left out or changed
 * stands at its head, for whoever reviews it.
 */
export async function migratedPolicy(
  { exceptions, problems }: Migration,
  { file }: Pick<MigrateOptions, 'file'>,
  base = 'default',
): Promise<string> {
  const { stringify } = await import('yaml');
  const document: PolicyDocument = {
    seaworthy: 'policy/1',
    description: `Exceptions taken over from ${plain(file)}.`,
    extends: [base],
    ...(exceptions.length === 0 ? {} : { exceptions }),
  };
  const remarks = problems.map(
    ({ line, effect, message, detail }) =>
      `#   line ${line}: ${effect === 'left-out' ? 'left out' : 'changed'}: ${message}${detail === undefined ? '' : ` (${plain(detail)})`}`,
  );
  const head = remarks.length === 0 ? [] : ['# Not as it stands in the file:', ...remarks, ''];
  return [...head, stringify(document, { lineWidth: 0, aliasDuplicateObjects: false })].join('\n');
}

/** In one line, so that a comment can't end early. */
function plain(text: string): string {
  return text.replaceAll(/[\p{Cc}\u2028\u2029\uFEFF]+/gu, ' ');
}
