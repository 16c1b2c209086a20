import { describe, expect, it } from 'vitest';
import { AdvisoryError, type AdvisoryErrorCode } from '../advisory/advisory.ts';
import { DatabaseError, type DatabaseErrorCode } from '../database/database.ts';
import { EngineError, type EngineErrorCode } from '../engine/engine.ts';
import { ImageError, type ImageErrorCode } from '../image/image.ts';
import { PolicyError, type PolicyErrorCode } from '../policy/policy.ts';
import { RegistryError, type RegistryErrorCode } from '../registry/registry.ts';
import { ScanAllError, type ScanAllErrorCode } from '../scan/all/error.ts';
import { VexError, type VexErrorCode } from '../vex/statement.ts';
import { CliError, type CliErrorCode } from './cli-error.ts';
import { describeFailure } from './failure.ts';
import nextSteps from './next-steps.json' with { type: 'json' };

// Typed so that a new code without a line here does not compile.
const imageCodes: Record<ImageErrorCode, 2 | 3> = {
  'not-found': 3,
  'not-an-image': 3,
  unreadable: 3,
  truncated: 3,
  corrupt: 3,
  'digest-mismatch': 3,
  'missing-blob': 3,
  'unsupported-media-type': 3,
  encrypted: 3,
  'no-such-platform': 3,
  'limit-exceeded': 3,
  'bad-reference': 2,
};
const databaseCodes: Record<DatabaseErrorCode, 2 | 3> = {
  offline: 3,
  'fetch-failed': 3,
  'not-found': 3,
  'rate-limited': 3,
  'too-large': 3,
  'bad-feed': 3,
  'nothing-selected': 2,
  'no-database': 3,
  corrupt: 3,
  'wrong-version': 3,
  locked: 3,
  'disk-full': 3,
  unwritable: 3,
  aborted: 3,
};
const advisoryCodes: Record<AdvisoryErrorCode, 2 | 3> = { 'not-the-format': 3, truncated: 3, 'too-large': 3 };
const cliCodes: Record<CliErrorCode, 2 | 3> = { usage: 2, output: 2 };

const registryCodes: Record<RegistryErrorCode, 2 | 3> = {
  'bad-name': 2,
  'bad-setting': 2,
  'not-found': 3,
  unauthorized: 3,
  denied: 3,
  'rate-limited': 3,
  unreachable: 3,
  untrusted: 3,
  'no-tls': 3,
  timeout: 3,
  interrupted: 3,
  'bad-answer': 3,
  'digest-mismatch': 3,
  'limit-exceeded': 3,
  unsupported: 3,
};
const engineCodes: Record<EngineErrorCode, 2 | 3> = {
  'not-running': 3,
  'no-permission': 3,
  'not-found': 3,
  ambiguous: 2,
  timeout: 3,
  interrupted: 3,
  'bad-answer': 3,
  'limit-exceeded': 3,
  unsupported: 3,
};
const scanAllCodes: Record<ScanAllErrorCode, 2 | 3> = {
  'bad-place': 2,
  'bad-list': 2,
  'not-a-journal': 2,
  unwritable: 2,
};
const vexCodes: Record<VexErrorCode, 2 | 3> = { 'not-vex': 2, 'too-large': 2, unreadable: 2 };
const policyCodes: Record<PolicyErrorCode, 2 | 3> = {
  unreadable: 2,
  'too-large': 2,
  'not-yaml': 2,
  'unknown-field': 2,
  'wrong-type': 2,
  'bad-value': 2,
  'missing-field': 2,
  'duplicate-id': 2,
  contradiction: 2,
  'bad-cel': 2,
  'cel-too-complex': 2,
  'bad-template': 2,
  'not-found': 2,
  cycle: 2,
  'too-deep': 2,
  loosens: 2,
  'exception-too-broad': 2,
  'exception-too-long': 2,
  'exception-forbidden': 2,
  expired: 2,
};

/** An error of each code, with the code of the process that it ends. */
function all<Code extends string>(
  codes: Record<Code, 2 | 3>,
  make: (code: Code, message: string) => Error,
): (readonly [string, Error, 2 | 3])[] {
  return Object.entries<2 | 3>(codes).map(([code, exit]) => {
    const error = make(code as Code, 'The message');
    return [`${error.name}/${code}`, error, exit] as const;
  });
}

const errors = [
  ...all(imageCodes, (code, message) => new ImageError(code, message)),
  ...all(registryCodes, (code, message) => new RegistryError(code, message)),
  ...all(engineCodes, (code, message) => new EngineError(code, message)),
  ...all(scanAllCodes, (code, message) => new ScanAllError(code, message)),
  ...all(databaseCodes, (code, message) => new DatabaseError(code, message)),
  ...all(advisoryCodes, (code, message) => new AdvisoryError(code, message)),
  ...all(vexCodes, (code, message) => new VexError(code, message, '')),
  ...all(policyCodes, (code, message) => new PolicyError([{ code, message, file: 'x.yaml', line: 3, column: 5 }])),
  ...all(cliCodes, (code, message) => new CliError(code, message)),
];

it('there is a next step for no error that is none', () => {
  const known = new Set(errors.map(([name]) => name));
  const steps = Object.keys(nextSteps).filter((name) => !name.startsWith('Error/'));
  expect(steps.filter((name) => !known.has(name))).toEqual([]);
});

describe('describeFailure', () => {
  it.each(errors)('tells what to do next about %s', (_name, error, exit) => {
    const failure = describeFailure(error, {});
    expect(failure.code).toBe(exit);
    expect(failure.text).toMatch(/^seaworthy: (?:x\.yaml:3:5: T|t)he message\n {2}\S.*\n$/);
    expect(failure.text).not.toContain('defect');
  });

  const caused = new DatabaseError('no-database', 'there is no advisory database', {
    subject: '/x/advisories.db',
    detail: "ENOENT: no such file or directory, open '/x/advisories.db'",
  });
  it.each([
    [caused, 'seaworthy: there is no advisory database: /x/advisories.db (ENOENT)'],
    [new ImageError('corrupt', 'The layer is bad', 'layer 2'), 'seaworthy: the layer is bad: layer 2'],
    [new ImageError('corrupt', 'OCI index is bad'), 'seaworthy: OCI index is bad'],
    [
      Object.assign(new Error("EACCES: permission denied, open 'x'"), { code: 'EACCES' }),
      "seaworthy: EACCES: permission denied, open 'x'",
    ],
    [new TypeError('x is not a function'), 'seaworthy: unexpected failure: x is not a function'],
    ['a thrown text', "seaworthy: unexpected failure: 'a thrown text'"],
    [
      new DatabaseError('fetch-failed', 'no answer', { subject: 'https://me:secret@host/feed' }),
      'seaworthy: no answer: https://***@host/feed',
    ],
    [new ImageError('not-found', 'There is none', 'a\u001b[2J\nb'), 'seaworthy: there is none: a\\x1b[2J b'],
  ])('%s reads as one line', (error, line) => {
    expect(describeFailure(error, {}).text.split('\n')[0]).toBe(line);
  });

  it('says where to read on about the command that was called', () => {
    const { text } = describeFailure(new CliError('usage', 'the message'), {}, 'seaworthy cache prune');
    expect(text).toBe('seaworthy: the message\n  see `seaworthy cache prune --help`\n');
  });

  it('tells a defect as such, and its stack only when asked to, without secrets', () => {
    const error = new TypeError('boom', { cause: new Error('at https://me:secret@host') });
    const plain = describeFailure(error, {});
    expect(plain.code).toBe(3);
    expect(plain.text).toContain('this is a defect');
    expect(plain.text).not.toContain('failure.test.ts');
    const debug = describeFailure(error, { SEAWORTHY_DEBUG: '1' }).text;
    expect(debug).toContain('failure.test.ts');
    expect(debug).toContain('https://***@host');
    expect(debug).not.toContain('secret');
  });

  it('ends on causes that go round in a circle', () => {
    const error = new Error('round');
    error.cause = error;
    expect(describeFailure(error, { SEAWORTHY_DEBUG: '1' }).text.length).toBeLessThan(20_000);
  });
});
