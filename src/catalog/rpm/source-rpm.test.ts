import { describe, expect, it } from 'vitest';
import { parseSourceRpm } from './source-rpm.ts';

describe('parseSourceRpm', () => {
  it.each([
    ['bash-5.1.8-6.el9_1.src.rpm', undefined, 'bash', '5.1.8-6.el9_1'],
    ['openssl-3.0.7-24.el9.src.rpm', 1, 'openssl', '1:3.0.7-24.el9'],
    ['perl-5.32.1-480.el9.src.rpm', 0, 'perl', '5.32.1-480.el9'],
    ['ca-certificates-mozilla-prebuilt-2.44-21.1.src.rpm', undefined, 'ca-certificates-mozilla-prebuilt', '2.44-21.1'],
    ['java-17-openjdk-17.0.9.0.9-2.el9.alma.1.src.rpm', 1, 'java-17-openjdk', '1:17.0.9.0.9-2.el9.alma.1'],
    ['cuda-drivers-535.1-1.nosrc.rpm', undefined, 'cuda-drivers', '535.1-1'],
  ])('%s with epoch %s', (text, epoch, name, version) => {
    expect(parseSourceRpm(text, epoch)).toEqual({ name, version });
  });
  it.each([
    '',
    '(none)',
    'bash.src.rpm',
    'bash-5.src.rpm',
    '-5-6.src.rpm',
    'bash-5.1.8-6.el9_1.x86_64.rpm',
    'a--1.src.rpm',
  ])('takes no source from %j', (text) => {
    expect(parseSourceRpm(text, undefined)).toBeUndefined();
  });
  it('takes time linear in the text', () => {
    const start = performance.now();
    parseSourceRpm('-'.repeat(16 << 10), undefined);
    parseSourceRpm(`${'a-'.repeat(8 << 10)}.src.rp`, undefined);
    expect(performance.now() - start).toBeLessThan(100);
  });
});
