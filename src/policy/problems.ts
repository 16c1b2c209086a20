import { type Place, PolicyError, type PolicyErrorCode, type PolicyProblem } from './policy.ts';

/** Constant texts of what may be wrong with a policy. */
const messages: Readonly<Record<PolicyErrorCode, string>> = {
  unreadable: 'the policy file can’t be read',
  'too-large': 'the policy file is too large',
  'not-yaml': 'the policy file is not YAML of the kind that policies are written in',
  'unknown-field': 'a field is not known',
  'wrong-type': 'a value is of the wrong type',
  'bad-value': 'a value is not allowed',
  'missing-field': 'a field is missing',
  'duplicate-id': 'two rules have the same id',
  contradiction: 'two rules contradict each other',
  'bad-cel': 'a CEL expression is wrong',
  'cel-too-complex': 'a CEL expression is too large',
  'bad-template': 'a text asks for a fact that there is not',
  'not-found': 'what the policy extends is not there',
  cycle: 'a policy extends itself',
  'too-deep': 'the policy is nested too deep',
  loosens: 'a rule is looser than that of the higher file, which does not allow it',
  'exception-too-broad': 'an exception names neither a flaw nor a package',
  'exception-too-long': 'an exception holds longer than is allowed',
  'exception-forbidden': 'the higher file allows no exceptions here',
  expired: 'an exception is past its day',
};

/** A problem at a place. */
export function problemAt(code: PolicyErrorCode, place: Place, detail?: string): PolicyProblem {
  return { code, message: messages[code], ...(detail === undefined ? {} : { detail }), ...place };
}

/** Throws `PolicyError` where there is any problem; those of a file in the order of its lines. */
export function throwAny(problems: readonly PolicyProblem[]): void {
  const [first, ...others] = problems.toSorted(
    (a, b) => Number(a.file > b.file) - Number(a.file < b.file) || a.line - b.line || a.column - b.column,
  );
  if (first !== undefined) throw new PolicyError([first, ...others]);
}
