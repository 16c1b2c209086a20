import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseJson } from './blob-store.ts';
import { ambiguousMember } from './members.ts';

describe('a member that readers understand differently', () => {
  it.each<[string, string]>([
    ['{"layers":[1],"LAYERS":[2]}', 'LAYERS'],
    ['{"layer\u017f":[2]}', 'layerſ'],
    ['{"layers":[1], "l\\u0061yers" : [2]}', 'layers'],
    ['{"rootfs":{"type":"layers","DIFF_IDS":[]}}', 'DIFF_IDS'],
    ['{"manifests":[{"digest":"a","platform":{"os":"linux","OS":"windows"}}]}', 'OS'],
    ['{"config":{"digest":"a","digest":"b"}}', 'digest'],
    ['[{"Config":"a","Layers":[],"layers":["b"]}]', 'layers'],
    ['{"config":{"User":"nobody","user":"root"}}', 'user'],
    ['{"a":"\\"{","b":[{"size":1},{"size":2,"Size":3}]}', 'Size'],
  ])('is found: %s', (text, name) => {
    expect(ambiguousMember(text)).toBe(name);
  });

  it('is one that is deeper than runtimes read', () => {
    const nested = (levels: number): string => `{"a":${'['.repeat(levels)}${']'.repeat(levels)}}`;
    expect([nested(9_999), nested(4_000_000)].map(ambiguousMember)).toEqual([undefined, '']);
  });

  it('is refused', () => {
    const bytes = Buffer.from('{"layers":[1],"LAYERS":[2]}');
    expect(() => parseJson(bytes, 'manifest')).toThrow(expect.objectContaining({ code: 'corrupt' }));
  });

  it.each([
    '{"layers":[{"digest":"a"},{"digest":"b"}],"config":{"digest":"c"}}',
    '{"config":{"Labels":{"version":"1","Version":"2","layers":"x","LAYERS":"y"}}}',
    '{"annotations":{"size":"1","Size":"2"},"size":3}',
    '{"config":{"ExposedPorts":{"80/tcp":{}},"Env":["a","a"],"Volumes":{"/A":{},"/a":{}}},"container_config":{}}',
    '[{"Config":"a","RepoTags":["a"],"Layers":["b","b"]}]',
    '{"Size":3,"os":"linux"}',
    '{}',
  ])('is not there: %s', (text) => {
    expect(ambiguousMember(text)).toBeUndefined();
  });

  it('is in no document without names that fold to one, whatever its values', () => {
    const name = fc.stringMatching(/^[a-f"\\{},:[\]]{0,4}$/).map((text) => `x${text}`);
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        { depthSize: 'small' },
        fc.string(),
        fc.integer(),
        fc.array(tie('any')),
        fc.dictionary(name, tie('any')),
      ),
    }));
    fc.assert(fc.property(value.any, (any) => void expect(ambiguousMember(JSON.stringify(any))).toBeUndefined()));
  });

  it('takes no more than a moment in eight mebibytes', () => {
    const text = `{"a":"${'\\"'.repeat(2 << 20)}","b":[${'{"size":1},'.repeat(300_000)}{}]}`;
    const started = performance.now();
    expect(ambiguousMember(text)).toBeUndefined();
    expect(performance.now() - started).toBeLessThan(2000);
  });
});
