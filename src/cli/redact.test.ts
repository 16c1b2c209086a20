import { describe, expect, it } from 'vitest';
import { redact } from './redact.ts';

describe('redact', () => {
  it.each([
    ['https://user:pass@host/path', 'https://***@host/path'],
    ['https://token@host', 'https://***@host'],
    ['got https://a:b@c:d@host/x and http://e:f@g/', 'got https://***@host/x and http://***@g/'],
    ['https://host/a@b', 'https://host/a@b'],
    ['https://host/?token=abc&x=1', 'https://host/?token=***&x=1'],
    [
      'https://host/?X-Amz-Signature=abc&access_key=d&api_key=e',
      'https://host/?X-Amz-Signature=***&access_key=***&api_key=***',
    ],
    ['mail a@b, image@sha256:0', 'mail a@b, image@sha256:0'],
    ['?monkey=1', '?monkey=1'],
  ])('%j reads %j', (text, shown) => {
    expect(redact(text)).toBe(shown);
  });

  it('takes time in proportion to the text', () => {
    const started = performance.now();
    for (const text of [
      '://a'.repeat(100_000),
      '?a'.repeat(100_000),
      'a'.repeat(400_000),
      `://${'@'.repeat(200_000)}`,
    ]) {
      redact(text);
    }
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});
