import { readFileSync } from 'node:fs';
import { visible } from '../internal/terminal.ts';
import { flow, render, span } from '../internal/terminal-layout.ts';
import type { Explanation, RuleExplanation } from '../policy/explain.ts';
import type { Policy } from '../policy/policy.ts';
import { CliError } from './cli-error.ts';
import { type Exit, exits } from './exit.ts';
import { checkTarget, writeTarget } from './output.ts';
import { reportIn } from './policy-flags.ts';
import type { World } from './world.ts';

/** Options of `policy init`. */
export interface PolicyInitFlags {
  readonly from?: string;
  readonly output?: string;
}

/** `seaworthy policy test`: runs the tests that stand in policy files: 1 where one fails. */
export async function policyTestCommand(files: readonly string[], world: World): Promise<Exit> {
  const { testPolicy } = await import('../policy/cases.ts');
  let failed = 0;
  let passed = 0;
  for (const file of files) {
    const policy = await loaded(file, world);
    await world.stdout.write(policy.warnings.map(warningText).join(''));
    if (policy.tests.length === 0) await world.stdout.write(`${visible(file)}: there are no tests in it\n`);
    for (const { name, wrong } of testPolicy(policy)) {
      if (wrong.length === 0) passed++;
      else failed++;
      const lines = wrong.map((text) => `       ${visible(text)}\n`).join('');
      await world.stdout.write(
        `${wrong.length === 0 ? 'ok    ' : 'FAILED'} ${visible(file)}: ${visible(name)}\n${lines}`,
      );
    }
  }
  await world.stdout.write(`${passed} passed, ${failed} failed\n`);
  return { code: failed > 0 || passed === 0 ? exits.findings : exits.clean };
}

/** `seaworthy policy explain`: the rules after inheritance; with a report, what each says of it and why. */
export async function policyExplainCommand(name: string, report: string | undefined, world: World): Promise<Exit> {
  const policy = await loaded(name, world);
  const { warnings } = policy;
  const width = world.stdout.columns ?? 80;
  await world.stdout.write(warnings.map(warningText).join(''));
  if (report === undefined) {
    await world.stdout.write(policy.rules.map((rule) => ruleText(rule, width)).join(''));
    return { code: exits.clean };
  }
  const [{ explainPolicy }, { policyFacts }] = await Promise.all([
    import('../policy/explain.ts'),
    world.loadJudgement(),
  ]);
  const facts = policyFacts(reportIn(report, 'REPORT'), {});
  const { decision, rules } = explainPolicy(policy, facts, Date.now());
  await world.stdout.write(rules.map((one) => explanationText(one, width)).join(''));
  await world.stdout.write(`${decision.outcome}: ${decision.counts.deny} to deny, ${decision.counts.warn} warnings\n`);
  return { code: exits.clean };
}

/** `seaworthy policy init`: a policy to begin with, from an ignore file of Trivy or Grype where one is given. */
export async function policyInitCommand({ from, output }: PolicyInitFlags, world: World): Promise<Exit> {
  const target = output === '-' ? undefined : output;
  if (target !== undefined) checkTarget(target);
  const text =
    from === undefined ? (await import('../policy/policy-template.ts')).policyTemplate : await migrated(from, world);
  if (target === undefined) await world.stdout.write(text);
  else writeTarget(target, [text]);
  return { code: exits.clean };
}

/** `seaworthy policy schema`: the JSON Schema of policies, for editors. */
export async function policySchemaCommand({ stdout }: World): Promise<Exit> {
  const { policySchema } = await import('../policy/policy-template.ts');
  await stdout.write(`${JSON.stringify(policySchema, null, 2)}\n`);
  return { code: exits.clean };
}

async function migrated(file: string, world: World): Promise<string> {
  const [{ flawRules, ignoreKindOf, migrate }, { migratedPolicy }] = await Promise.all([
    import('../policy/migrate/migrate.ts'),
    import('../policy/migrate/policy-text.ts'),
  ]);
  const kind = ignoreKindOf(file);
  if (kind === undefined)
    throw new CliError('usage', '--from takes .trivyignore, .trivyignore.yaml or .grype.yaml by its name', file);
  const today = new Date().toISOString().slice(0, 10);
  const rules = flawRules(await loaded('default', world));
  const migration = await migrate(textOf(file), kind, { today, file, rules });
  const { noteOf } = await world.loadJudgement();
  const notes = migration.problems.map((problem) => `seaworthy: ${visible(noteOf(file, problem))}\n`);
  await world.stderr.write(notes.join(''));
  return await migratedPolicy(migration, { file });
}

async function loaded(name: string, { loadJudgement }: World): Promise<Policy> {
  const { loadPolicies } = await loadJudgement();
  return (await loadPolicies({ policies: [name], now: Date.now() })).policy;
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new CliError(
      'usage',
      'the file cannot be read',
      `${path} (${(cause as NodeJS.ErrnoException).code ?? ''})`,
      cause,
    );
  }
}

function warningText({ file, line, column, message, detail }: Policy['warnings'][number]): string {
  return `warning: ${visible(file)}:${line}:${column}: ${visible(detail === undefined ? message : `${message}: ${detail}`)}\n`;
}

function ruleText({ id, on, outcome, description, origin }: Policy['rules'][number], width: number): string {
  const places = origin.map(({ file, line }) => `${file}:${line}`).join(', then ');
  return laidOut(
    [
      [0, `${outcome.padEnd(5)} ${id} (on ${on}; ${places})`],
      [6, description ?? ''],
    ],
    width,
  );
}

/** Lines, each with how far it stands from the left; empty ones are left out. */
function laidOut(lines: readonly (readonly [indent: number, text: string])[], width: number): string {
  return render(
    lines.flatMap(([first, text]) => (text === '' ? [] : flow([span(text)], width, { first, rest: first + 2 }))),
    false,
  );
}

function explanationText({ rule, scope, judged, explanations }: RuleExplanation, width: number): string {
  const { description: _, ...bare } = rule;
  const where = scope === true ? '' : `speaks of this image: ${scope === 'unknown' ? 'not known' : 'no'}`;
  const head = laidOut(
    [
      [6, where],
      [6, `judged ${judged}`],
    ],
    width,
  );
  return `${ruleText(bare, width)}${head}${explanations.map((one) => subjectText(one, width)).join('')}`;
}

function subjectText({ subject, truth, parts }: Explanation, width: number): string {
  const word = truth === true ? 'applies to' : truth === false ? 'does not apply to' : 'may apply to';
  const why = parts.map(({ key, asked, known, truth: holds }) => {
    const sign = holds === true ? 'yes' : holds === false ? 'no' : 'not known';
    return [10, `${key}: ${asked}; is ${known}: ${sign}`] as const;
  });
  return laidOut([[6, `${word} ${subject.name}`], ...why], width);
}
