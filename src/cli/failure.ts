import { inspect } from 'node:util';
import { visible } from '../internal/terminal.ts';
import type { PolicyProblem } from '../policy/policy.ts';
import type { Env } from './color.ts';
import { type ExitCode, exits } from './exit.ts';
import nextSteps from './next-steps.json' with { type: 'json' };
import { redact } from './redact.ts';

/** A failure as the user is told of it. */
export interface Failure {
  readonly code: ExitCode;
  readonly text: string;
}

interface Step {
  readonly exit: string;
  readonly next: string;
}

const steps: ReadonlyMap<string, Step> = new Map(Object.entries(nextSteps));
const mostProblems = 20;
const defect = 'this is a defect in seaworthy: run it again with SEAWORTHY_DEBUG=1 and report what it prints';

/**
 * Two lines: what is wrong, what to do next; the stack only with SEAWORTHY_DEBUG=1. No secrets, no control characters.
 * `command` is what was called: `seaworthy db update`.
 */
export function describeFailure(error: unknown, env: Env, command = 'seaworthy'): Failure {
  const { name, code, message, detail } = partsOf(error);
  const step = steps.get(`${name}/${code}`);
  const problems = problemsOf(error);
  if (problems.length > 0) {
    const told = problems.slice(0, mostProblems).map((problem) => `seaworthy: ${shown(problem)}\n`);
    const left = problems.length - told.length;
    const more = left > 0 ? `  and ${left} more\n` : '';
    return { code: exitFor(step), text: `${told.join('')}${more}  ${step?.next ?? defect}\n` };
  }
  const what = [lowerFirst(message), detail].filter((part) => part !== '').join(': ');
  const lines = [
    `seaworthy: ${shown(step === undefined && nextOf(error) === undefined ? `unexpected failure: ${what}` : what)}`,
    `  ${nextOf(error) ?? step?.next.replace('COMMAND', command) ?? defect}`,
    ...(env['SEAWORTHY_DEBUG'] === '1' ? debugLines(error) : []),
  ];
  return { code: exitFor(step), text: `${lines.join('\n')}\n` };
}

/** What is wrong with a policy, each with file, line and column. */
function problemsOf(error: unknown): string[] {
  if (!(error instanceof Error && 'problems' in error && Array.isArray(error.problems))) return [];
  return (error.problems as readonly PolicyProblem[]).map(({ file, line, column, message, detail }) =>
    [`${file}:${line}:${column}`, message, detail].filter((part) => part !== undefined).join(': '),
  );
}

/** An error of an archive says itself what to do. */
function nextOf(error: unknown): string | undefined {
  return error instanceof Error && 'next' in error && typeof error.next === 'string' ? error.next : undefined;
}

function exitFor(step: Step | undefined): ExitCode {
  return step?.exit === 'usage' ? exits.usage : exits.notAssessed;
}

/** What two lines of a terminal can hold of foreign text. */
function shown(text: string): string {
  return visible(redact(text).trim().replace(/\s+/g, ' '));
}

interface Parts {
  readonly name: string;
  readonly code: string;
  readonly message: string;
  readonly detail: string;
}

function partsOf(error: unknown): Parts {
  if (!(error instanceof Error)) return { name: '', code: '', message: inspect(error), detail: '' };
  const { name, message } = error;
  const code = 'code' in error ? String(error.code) : '';
  const subject = 'subject' in error && typeof error.subject === 'string' ? error.subject : '';
  const detail = 'detail' in error && typeof error.detail === 'string' ? error.detail : '';
  // A system's own message says no more than its code, once the path is told.
  const system = /^(E[A-Z0-9]+): /.exec(detail)?.[1];
  if (subject !== '' && system !== undefined) return { name, code, message, detail: `${subject} (${system})` };
  return { name, code, message, detail: [subject, detail].filter((part) => part !== '').join(': ') };
}

/** Sentences of libraries begin with a capital; after a colon they should not, but names like `ENOENT` stay. */
function lowerFirst(text: string): string {
  return /^[A-Z][a-z' ]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;
}

function debugLines(error: unknown): string[] {
  const lines: string[] = [];
  let cause = error;
  for (let depth = 0; depth < 8 && cause !== undefined && cause !== null; depth++) {
    const stack = cause instanceof Error ? (cause.stack ?? cause.message) : inspect(cause);
    lines.push(...stack.split('\n').map((line) => `  ${depth === 0 ? '' : '| '}${visible(redact(line))}`));
    cause = cause instanceof Error ? cause.cause : undefined;
  }
  return lines;
}
