// `thread.ts`, which notes each layer that it opens: a line in the file `opened` beside the database.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { dirname, join } from 'node:path';
import { workerData } from 'node:worker_threads';
import type { PlainOptions } from '../tasks.ts';

const log = join(dirname((workerData as PlainOptions).databasePath ?? ''), 'opened');
const { openSync } = fs;
fs.openSync = (path, ...rest) => {
  if (/blobs.sha256/.test(String(path))) fs.appendFileSync(log, `${String(path)}\n`);
  return openSync(path, ...rest);
};
syncBuiltinESMExports();
await import('../thread.ts');
