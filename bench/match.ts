// Opens the advisory database and judges a list of packages, in a process that does nothing else.
// Usage: match.ts DIST-FOLDER DATABASE PACKAGES.json. Prints milliseconds and counts as JSON.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type * as Databases from '../src/database/database.ts';
import type { Package } from '../src/inventory/inventory.ts';
import type * as Assessment from '../src/scan/assess.ts';

const [dist = '', path = '', list = ''] = process.argv.slice(2);
const packages: readonly Package[] = JSON.parse(readFileSync(list, 'utf8'));

// The clock runs from before our code is loaded: what a user waits for.
const start = performance.now();
const { openDatabase }: typeof Databases = await import(join(dist, 'database/database.js'));
const { assess }: typeof Assessment = await import(join(dist, 'scan/assess.js'));
const loaded = performance.now();
const database = openDatabase(path);
const opened = performance.now();
const { findings } = assess(packages, database, { precedence: ['debian', 'alpine', 'osv'] });
const done = performance.now();
database.close();
console.log(
  JSON.stringify({
    totalMs: done - start,
    loadMs: loaded - start,
    openMs: opened - loaded,
    matchMs: done - opened,
    findings: findings.length,
  }),
);
