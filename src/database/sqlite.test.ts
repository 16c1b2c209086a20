import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';

// Node 22 warns when node:sqlite is loaded; newer ones do not, so the test makes any Node do as Node 22 does.
const script = `
  const real = process.getBuiltinModule;
  process.getBuiltinModule = (name) => {
    if (name === 'node:sqlite') {
      process.emitWarning('SQLite is an experimental feature and might change at any time', 'ExperimentalWarning');
      process.emitWarning('SQLite is about to end', 'DeprecationWarning');
      process.emitWarning('Something else is new', 'ExperimentalWarning');
    }
    return real.call(process, name);
  };
  const { openLockFile } = await import(process.argv[1]);
  openLockFile(':memory:').close();
  process.emitWarning('SQLite said later', 'ExperimentalWarning');
`;

it('keeps back the warning that SQLite is experimental, and no other', () => {
  const module = join(import.meta.dirname, 'sqlite.ts');
  const { stderr, status } = spawnSync(process.execPath, ['--input-type=module', '-e', script, module], {
    encoding: 'utf8',
  });
  expect(status).toBe(0);
  expect(stderr).not.toContain('experimental feature');
  for (const text of ['is about to end', 'else is new', 'said later']) expect(stderr).toContain(text);
});
