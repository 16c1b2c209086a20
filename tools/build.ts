// Builds dist/: tsc emit, then the data files that the compiler does not copy, then the command line in few files, since
// loading a hundred of them takes longer than reading a small image (docs/adr/0008-command-in-few-files.md).
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'rolldown';

const root = join(import.meta.dirname, '..');
const dist = join(root, 'dist');
const dataFile = /\.(json|tsv|txt)$/;

rmSync(dist, { recursive: true, force: true });
const compiler = join(root, 'node_modules/typescript/bin/tsc');
const result = spawnSync(process.execPath, [compiler, '-p', join(root, 'tsconfig.build.json')], { stdio: 'inherit' });
if (result.status !== 0) process.exit(result.status ?? 1);

cpSync(join(root, 'src'), dist, {
  recursive: true,
  filter: (source) => !source.includes('testdata') && (dataFile.test(source) || !/\.[a-z]+$/.test(source)),
});

const command = join(dist, 'cli');
const bundled = join(dist, 'cli.bundled');
await build({
  // `main` stays apart: it must parse on old versions of Node. Threads are found beside the chunk that starts them.
  input: {
    main: join(command, 'main.js'),
    'lane-worker': join(dist, 'scan/lane-worker.js'),
    thread: join(dist, 'scan/all/thread.js'),
  },
  platform: 'node',
  external: [
    'commander',
    'fast-xml-parser',
    'js-yaml',
    'jsonc-parser',
    'smol-toml',
    'undici',
    'openpgp',
    'xz-decompress',
    '@foxglove/wasm-bz2',
    '@grpc/grpc-js',
    '@grpc/proto-loader',
  ],
  logLevel: 'warn',
  output: { dir: bundled, entryFileNames: '[name].js', chunkFileNames: '[name].js' },
});
// What code reads beside itself by import.meta.url.
cpSync(join(dist, 'advisory/source/starter/starter.json'), join(bundled, 'starter.json'));
rmSync(command, { recursive: true });
renameSync(bundled, command);
chmodSync(join(command, 'main.js'), 0o755);
if (!readdirSync(command).includes('main.js')) throw new Error('the command was not built');
