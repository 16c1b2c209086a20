// Opens the advisory database and judges a list of packages, in a process that does nothing else.
// Usage: match.js DATABASE PACKAGES.json. Prints times in milliseconds and counts as JSON.
import { readFileSync } from 'node:fs';
import type { Package } from '../src/inventory/inventory.ts';

const [path = '', list = ''] = process.argv.slice(2);
const packages: readonly Package[] = JSON.parse(readFileSync(list, 'utf8'));

// The clock runs from before our code is loaded: what a user waits for.
const [start, cpu] = [performance.now(), process.cpuUsage()];
const { openDatabase } = await import('../src/database/database.ts');
const { assess } = await import('../src/scan/assess.ts');
const loaded = performance.now();
const database = openDatabase(path);
const opened = performance.now();
const { findings } = assess(packages, database, { precedence: ['debian', 'alpine', 'osv'] });
const done = performance.now();
const { user, system } = process.cpuUsage(cpu);
database.close();
console.log(
  JSON.stringify({
    totalMs: done - start,
    loadMs: loaded - start,
    openMs: opened - loaded,
    matchMs: done - opened,
    cpuMs: (user + system) / 1000,
    peakMb: process.resourceUsage().maxRSS / 1024,
    findings: findings.length,
  }),
);
