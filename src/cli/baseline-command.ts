import type { Report } from '../finding/finding.ts';
import { safeJson } from '../internal/terminal-json.ts';
import { flow, type Line, render, span } from '../internal/terminal-layout.ts';
import { assess, type BaselineResult, type ControlResult, difference, standards } from '../policy/baseline/baseline.ts';
import { baselineFacts } from '../policy/baseline/facts.ts';
import { CliError } from './cli-error.ts';
import { type Exit, exits } from './exit.ts';
import { reportIn } from './policy-flags.ts';
import { scanned } from './scan-command.ts';
import type { ScanFlags } from './scan-flags.ts';
import type { World } from './world.ts';

/** Options of `baseline`. */
export interface BaselineFlags extends Omit<ScanFlags, 'format' | 'failOn' | 'output'> {
  readonly format: string;
  readonly standard?: readonly string[];
}

/** `seaworthy baseline`: how an image stands by hardening guides; what is not known is counted apart. 1 where a control fails. */
export async function baselineCommand(reference: string, flags: BaselineFlags, world: World): Promise<Exit> {
  const chosen = chosenStandards(flags.standard);
  const last = flags.last === undefined ? undefined : reportIn(flags.last, '--last');
  const report = await scanned(reference, { ...flags, format: 'table', failOn: 'none' }, world);
  const assessed = (of: Report): BaselineResult[] => chosen.map((standard) => assess(standard, baselineFacts(of)));
  const results = assessed(report);
  const changes = last === undefined ? undefined : assessed(last).map((before, i) => differenceOf(before, results[i]));
  await world.stdout.write(
    flags.format === 'json'
      ? `${safeJson(JSON.stringify({ reference, results, ...(changes === undefined ? {} : { changes }) }, null, 2))}\n`
      : results
          .map((result, i) =>
            resultText(result, changes?.[i], { verbose: flags.verbose === true, width: world.stdout.columns ?? 80 }),
          )
          .join('\n'),
  );
  return { code: results.some(({ failed }) => failed > 0) ? exits.findings : exits.clean };
}

function chosenStandards(names: readonly string[] | undefined): typeof standards {
  if (names === undefined) return standards;
  return names.map((name) => {
    const standard = standards.find(({ id }) => id === name);
    if (standard !== undefined) return standard;
    throw new CliError('usage', `--standard takes ${standards.map(({ id }) => id).join(', ')}`, name);
  });
}

function differenceOf(
  before: BaselineResult,
  after: BaselineResult | undefined,
): ReturnType<typeof difference> | undefined {
  return after === undefined ? undefined : difference(before, after);
}

const words: Readonly<Record<ControlResult['status'], string>> = {
  pass: 'pass',
  fail: 'FAIL',
  unknown: 'unknown',
};

function resultText(
  { title, results, passed, failed, unknown }: BaselineResult,
  changed: ReturnType<typeof difference> | undefined,
  { verbose, width }: { readonly verbose: boolean; readonly width: number },
): string {
  const laid = (text: string, first: number, rest: number): Line[] => flow([span(text)], width, { first, rest });
  const shown = results.filter(({ status }) => verbose || status !== 'unknown');
  const lines = shown.flatMap(({ id, title: name, status, why, evidence }) => [
    ...laid(`${words[status]} ${id} ${name}`, 2, 10),
    ...laid(why, 10, 12),
    ...evidence.flatMap((text) => laid(`- ${text}`, 10, 12)),
  ]);
  const change =
    changed === undefined
      ? []
      : laid(
          `since the last time: better ${listed(changed.better)}, worse ${listed(changed.worse)}, no longer known ${listed(changed.lost)}`,
          2,
          4,
        );
  const hint = !verbose && unknown > 0 ? ' (--verbose lists them)' : '';
  const score = laid(`${passed} of ${passed + failed} known controls passed; ${unknown} not known${hint}`, 2, 4);
  return render([...laid(title, 0, 2), ...lines, ...change, ...score], false);
}

function listed(ids: readonly string[]): string {
  return ids.length === 0 ? 'none' : ids.join(' ');
}
