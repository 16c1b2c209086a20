import { describe, expect, it } from 'vitest';
import { AdvisoryError, type AdvisoryErrorCode } from '../advisory/advisory.ts';
import { DatabaseError, type DatabaseErrorCode } from '../database/database.ts';
import { ImageError, type ImageErrorCode } from '../image/image.ts';
import { CliError, type CliErrorCode } from './cli-error.ts';
import { describeFailure } from './failure.ts';

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

const errors = [
  ...Object.entries(imageCodes).map(
    ([code, exit]) => [new ImageError(code as ImageErrorCode, 'The message'), exit] as const,
  ),
  ...Object.entries(databaseCodes).map(
    ([code, exit]) => [new DatabaseError(code as DatabaseErrorCode, 'the message'), exit] as const,
  ),
  ...Object.entries(advisoryCodes).map(
    ([code, exit]) => [new AdvisoryError(code as AdvisoryErrorCode, 'the message'), exit] as const,
  ),
  ...Object.entries(cliCodes).map(([code, exit]) => [new CliError(code as CliErrorCode, 'the message'), exit] as const),
];

describe('describeFailure', () => {
  it.each(errors)('tells what to do next about %s', (error, exit) => {
    const failure = describeFailure(error, {});
    expect(failure.code).toBe(exit);
    expect(failure.text).toMatch(/^seaworthy: the message\n {2}\S.*\n$/);
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

  it.each([
    ['nginx', 'nginx'],
    ['nginx:latest', 'nginx:latest'],
    ['docker://nginx', 'nginx'],
    ['docker-daemon:app:1.2', 'app:1.2'],
    ['registry.example:5000/team/app:1.2', 'registry.example:5000/team/app:1.2'],
    [`ghcr.io/a/b@sha256:${'0'.repeat(64)}`, `ghcr.io/a/b@sha256:${'0'.repeat(64)}`],
  ])('tells how to save the image %s', (reference, image) => {
    const { text } = describeFailure(new ImageError('not-found', 'There is none', reference), {});
    expect(text.split('\n')[1]).toContain(`\`docker save ${image} -o image.tar\``);
    expect(text.split('\n')[1]).toContain(`\`skopeo copy docker://${image} `);
  });

  it.each([
    'image.tar',
    './nginx',
    '/nginx',
    '../a',
    'build/image.tar.gz',
    'oci:nginx:latest',
    'docker-archive:nginx',
    'dir:rootfs',
    'https://host/image',
    'nginx; rm -rf',
    'x`y',
  ])('takes %j for no name of an image', (reference) => {
    const { text } = describeFailure(new ImageError('not-found', 'There is none', reference), {});
    expect(text.split('\n')[1]).toMatch(/^ {2}check the path; /);
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
