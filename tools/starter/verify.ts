// Checks the starter set again, by hand: node tools/starter/verify.ts [--feeds FOLDER] [--changelogs FOLDER] | --sources
// FOLDER of feeds as FOLDER/<host>/<path>; FOLDER of changelogs as tools/starter/changelogs.sh fills it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type StarterFlaw, starterFlaws } from '../../src/advisory/source/starter/starter.ts';
import { checkChangelogs } from './changelogs.ts';
import { checkAlmaLinux, checkAlpine, checkDebian, type Outcome } from './feeds.ts';

const { values } = parseArgs({
  options: { feeds: { type: 'string' }, changelogs: { type: 'string' }, sources: { type: 'boolean' } },
});
const flaws = starterFlaws();

if (values.sources === true) {
  const sources = flaws.flatMap((flaw) =>
    flaw.affected
      .filter((said) => said.ecosystems.some((name) => name.startsWith('Debian:')))
      .flatMap((said) => said.packages),
  );
  console.log([...new Set(sources)].toSorted().join('\n'));
} else if (values.feeds === undefined && values.changelogs === undefined) {
  console.error('usage: node tools/starter/verify.ts [--feeds FOLDER] [--changelogs FOLDER] | --sources');
  process.exitCode = 2;
} else {
  const outcomes: [string, Outcome][] = [];
  if (values.feeds !== undefined) {
    outcomes.push(['AlmaLinux records', checkAlmaLinux(values.feeds, flaws)]);
    outcomes.push(['Alpine secdb', checkAlpine(values.feeds, flaws)]);
    outcomes.push(['Debian tracker', checkDebian(values.feeds, flaws)]);
    outcomes.push(['CISA catalogue', checkExploited(values.feeds, flaws)]);
  }
  if (values.changelogs !== undefined) outcomes.push(['Debian changelogs', checkChangelogs(values.changelogs, flaws)]);
  for (const [name, { checked, disagreements }] of outcomes) {
    console.log(`${name}: ${checked} checked, ${disagreements.length} disagree`);
    for (const line of disagreements) console.log(`  ${line}`);
    if (checked === 0 || disagreements.length > 0) process.exitCode = 1;
  }
}

function checkExploited(feeds: string, all: readonly StarterFlaw[]): Outcome {
  const path = join(feeds, 'www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json');
  const catalogue = JSON.parse(readFileSync(path, 'utf8')) as { vulnerabilities: readonly { cveID: string }[] };
  const listed = new Set(catalogue.vulnerabilities.map((entry) => entry.cveID));
  const wrong = all.filter((flaw) => (flaw.exploited === true) !== listed.has(flaw.id));
  return { checked: all.length, disagreements: wrong.map((flaw) => `${flaw.id}: exploited is wrong`) };
}
