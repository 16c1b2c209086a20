import { readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { describe, expect, it } from 'vitest';
import { nodeFloor, nodeTooOld } from './node-floor.ts';

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');

describe('nodeTooOld', () => {
  it.each(['14.21.3', '18.20.8', '20.20.2', '22.14.0'])('complains about %s', (version) => {
    expect(nodeTooOld(version)).toMatch(
      new RegExp(`^seaworthy needs Node.js 22.15 or newer; this is v${version}: install`),
    );
  });

  it.each(['22.15.0', '22.20.1', '23.0.0', '24.21.0', '26.0.0-nightly'])('takes %s', (version) => {
    expect(nodeTooOld(version)).toBeUndefined();
  });

  it('is what package.json says', () => {
    expect(JSON.parse(read('../../package.json'))).toMatchObject({ engines: { node: `>=${nodeFloor}.0` } });
  });
});

describe('what an old Node.js has to parse', () => {
  it.each(['main.ts', 'node-floor.ts', 'cache-home.ts', '../internal/make-folder.ts'])(
    '%s imports only built-in modules and its like',
    (file) => {
      const imports = [...read(file).matchAll(/^import [^']*'([^']+)';/gm)].map(([, name = '']) => name);
      const strange = imports.filter(
        (name) =>
          !isBuiltin(name) && !['./node-floor.ts', './cache-home.ts', '../internal/make-folder.ts'].includes(name),
      );
      expect(strange).toEqual([]);
    },
  );

  it('main.ts takes nothing by name from modules that an old one lacks it in', () => {
    expect(read('main.ts')).not.toMatch(/import \{[^}]*\} from 'node:/);
  });
});
