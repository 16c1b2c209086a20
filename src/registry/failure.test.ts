import { expect, it } from 'vitest';
import { saidIn, secretsOf } from './failure.ts';

const endpoint = {
  credentials: { kind: 'basic', username: 'team', password: 'pass"word' },
  headers: { 'x-key': 'Token own-key' },
} as const;
const secrets = secretsOf(endpoint, 'Bearer sent-token');

it.each([
  ['{"errors":[{"code":"DENIED","message":"you sent Bearer sent-token"}]}', 'DENIED: you sent Bearer ***'],
  ['{"errors":[{"code":"DENIED","message":"X-Key: own-key, team:pass\\"word"}]}', 'DENIED: X-Key: ***, team:***'],
  ['GET /?token=sent-token&password=pass%22word', 'GET /?token=***&password=***'],
  [`${'x'.repeat(296)}sent-token`, `${'x'.repeat(296)}***`],
])('a server that shows what it was sent tells nobody a secret: %s', (body, said) => {
  expect(saidIn(Buffer.from(body), secrets)).toBe(said);
});

it('without secrets all is said', () => {
  expect(saidIn(Buffer.from('{"errors":[{"code":"A","message":"b"}]}'), secretsOf({}, undefined))).toBe('A: b');
});
