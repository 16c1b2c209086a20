// What the catalogers cost: on the large image beside only reading its layers, and on a jar of jars.
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Bench, scanContender } from './image-bench.ts';
import { type Contender, held, interleave, medians } from './measure.ts';
import { type Goal, megabytes, ratio, type Section, time } from './results.ts';

/** Measures both. */
export function benchCatalogers(bench: Bench): { sections: Section[]; goals: Goal[] } {
  const parts = [benchInventory(bench), benchJar(bench)];
  return { sections: parts.map(({ section }) => section), goals: parts.flatMap(({ goals }) => goals) };
}

function benchInventory(bench: Bench): { section: Section; goals: Goal[] } {
  const layout = join(bench.work, 'large', 'oci');
  const layers: Contender = {
    name: 'layers',
    command: [process.execPath, join(bench.root, 'bench/read-layers.ts'), layout],
  };
  const scan = scanContender(bench, `oci:${layout}:latest`, ['--no-cache']);
  bench.log(`large: what the catalogers cost, ${bench.rounds} rounds`);
  const samples = interleave([layers, scan], bench.rounds);
  const [nothing, inventory] = [medians(samples.get(layers.name) ?? []), medians(samples.get(scan.name) ?? [])];
  const added = inventory.cpuMs / nothing.cpuMs - 1;
  return {
    section: {
      title: '(e) what the catalogers cost',
      text: 'The large image: its layers verified and walked with nothing wanted of them, and the whole scan with its report.',
      columns: ['whole process', 'CPU', 'peak memory', 'of reading alone'],
      rows: [
        ['layers alone', time(nothing.cpuMs), megabytes(nothing.peakMb), ratio(1)],
        ['whole scan', time(inventory.cpuMs), megabytes(inventory.peakMb), ratio(inventory.cpuMs / nothing.cpuMs)],
      ],
    },
    goals: [{ input: 'e', what: 'CPU that all but reading layers adds', measured: added, limit: 0.25, unit: '' }],
  };
}

function benchJar(bench: Bench): { section: Section; goals: Goal[] } {
  const file = join(bench.work, 'jar', 'app.jar');
  if (!existsSync(file)) {
    const made = spawnSync(process.execPath, [join(bench.root, 'bench/jar-of-jars.ts'), file], { stdio: 'inherit' });
    if (made.status !== 0) throw new Error('the jar of jars could not be made');
  }
  bench.log(`jar: ${bench.rounds} rounds`);
  const { contender } = held(scanContender(bench, `dir:${join(bench.work, 'jar')}`, ['--no-cache']));
  const own = medians(interleave([contender], bench.rounds).get(contender.name) ?? []);
  const size = megabytes(statSync(file).size / 1e6);
  return {
    section: {
      title: '(f) a jar of jars',
      text: `A folder with one archive of ${size} that holds 330 jars, scanned.`,
      columns: ['whole process', 'wall', 'CPU', 'peak memory'],
      rows: [['Seaworthy', time(own.wallMs), time(own.cpuMs), megabytes(own.peakMb)]],
    },
    goals: [{ input: 'f', what: 'a jar of jars scanned', measured: own.wallMs / 1000, limit: 1, unit: 's' }],
  };
}
