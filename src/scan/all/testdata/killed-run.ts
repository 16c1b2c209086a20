// `killed-run.ts DATABASE CACHE JOURNAL PATH…` scans images and prints a line for each that is done, then waits as long
// as a slow reader would.
import { writeSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { scanAll } from '../scan-all.ts';

const [databasePath = '', cacheFolder = '', resume = '', ...paths] = process.argv.slice(2);

async function* list(): AsyncGenerator<{ reference: string }> {
  for (const reference of paths) yield { reference };
}

for await (const { kind, references } of scanAll(list(), { offline: true, databasePath, cacheFolder, resume })) {
  writeSync(1, `${kind} ${references[0]}\n`);
  await setTimeout(30);
}
