// Scans the images of a list in a process that does nothing else: many-scan.ts SCAN-ALL DATABASE CACHE LIST
// SCAN-ALL is the module, of `dist` or `src`. Prints what came of them as JSON.
import type * as ScanAll from '../src/scan/all/scan-all.ts';

const [module = '', databasePath = '', cacheFolder = '', list = ''] = process.argv.slice(2);
const { listReferences, scanAll } = (await import(module)) as typeof ScanAll;

let [reports, packages, findings] = [0, 0, 0];
for await (const outcome of scanAll(listReferences(list), { offline: true, databasePath, cacheFolder })) {
  if (outcome.kind !== 'report') throw new Error(`no report: ${JSON.stringify(outcome)}`);
  reports++;
  packages += outcome.report.packages.length;
  findings += outcome.report.findings.length;
}
console.log(JSON.stringify({ reports, packages, findings }));
