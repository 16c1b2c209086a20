// Looks up the same two packages, in new and in held databases, until told to stop; prints what it saw.
// Each version n of the feed says `CVE-n` of both, so two answers of one database must agree.
import { existsSync } from 'node:fs';
import { openDatabase } from '../database.ts';

const [path = '', stop = ''] = process.argv.slice(2);
const seen = new Set<string>();
let opened = 0;
let held = openDatabase(path);
const heldSaw = answer(held);

function answer(database: ReturnType<typeof openDatabase>): string {
  const [first, second] = ['bash', 'zsh'].map((name) => database.lookup('Debian:12', name, 'source').map((one) => one.id));
  if (first?.length !== 1 || first[0] !== second?.[0]) throw new Error(`torn: ${first?.join()} and ${second?.join()}`);
  return first[0] ?? '';
}

while (!existsSync(stop)) {
  const database = openDatabase(path);
  opened++;
  seen.add(answer(database));
  database.close();
  if (answer(held) !== heldSaw) throw new Error('a held database changed');
}
held.close();
console.log(JSON.stringify({ opened, versions: seen.size }));
