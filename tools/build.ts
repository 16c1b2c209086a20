// Builds dist/: tsc emit, then the data files that the compiler does not copy.
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const dataFile = /\.(json|tsv|txt)$/;

rmSync(join(root, 'dist'), { recursive: true, force: true });
const compiler = join(root, 'node_modules/typescript/bin/tsc');
const result = spawnSync(process.execPath, [compiler, '-p', join(root, 'tsconfig.build.json')], { stdio: 'inherit' });
if (result.status !== 0) process.exit(result.status ?? 1);

cpSync(join(root, 'src'), join(root, 'dist'), {
  recursive: true,
  filter: (source) => !source.includes('testdata') && (dataFile.test(source) || !/\.[a-z]+$/.test(source)),
});
chmodSync(join(root, 'dist/cli/main.js'), 0o755);
