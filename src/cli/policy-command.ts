import { readFileSync } from 'node:fs';
import { visible } from '../internal/terminal.ts';
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
  await world.stdout.write(warnings.map(warningText).join(''));
  if (report === undefined) {
    await world.stdout.write(policy.rules.map((rule) => ruleText(rule)).join(''));
    return { code: exits.clean };
  }
  const [{ explainPolicy }, { policyFacts }] = await Promise.all([
    import('../policy/explain.ts'),
    world.loadJudgement(),
  ]);
  const facts = policyFacts(reportIn(report, 'REPORT'), {});
  const { decision, rules } = explainPolicy(policy, facts, Date.now());
  await world.stdout.write(rules.map(explanationText).join(''));
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
  const told = migration.problems.map(({ line, effect, message, detail }) => {
    const what = detail === undefined ? message : `${message}: ${detail}`;
    return `seaworthy: ${visible(file)}:${line}: ${effect === 'left-out' ? 'left out' : 'changed'}: ${visible(what)}\n`;
  });
  await world.stderr.write(told.join(''));
  return await migratedPolicy(migration, { file });
}

async function loaded(name: string, { loadJudgement }: World): Promise<Policy> {
  const { loadPolicies } = await loadJudgement();
  return await loadPolicies({ policies: [name], now: Date.now() });
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

function ruleText({ id, on, outcome, description, origin }: Policy['rules'][number]): string {
  const places = origin.map(({ file, line }) => `${visible(file)}:${line}`).join(', then ');
  const what = description === undefined ? '' : `\n      ${visible(description)}`;
  return `${outcome.padEnd(5)} ${visible(id)} (on ${on}; ${places})${what}\n`;
}

function explanationText({ rule, scope, judged, explanations }: RuleExplanation): string {
  const head = `${ruleText(rule).split('\n')[0] ?? ''}\n`;
  const where = scope === true ? '' : `      speaks of this image: ${scope === 'unknown' ? 'not known' : 'no'}\n`;
  return `${head}${where}      judged ${judged}\n${explanations.map(subjectText).join('')}`;
}

function subjectText({ subject, truth, parts }: Explanation): string {
  const word = truth === true ? 'applies to' : truth === false ? 'does not apply to' : 'may apply to';
  const why = parts.map(({ key, asked, known, truth: holds }) => {
    const sign = holds === true ? 'yes' : holds === false ? 'no' : 'not known';
    return `          ${visible(key)}: ${visible(asked)}; is ${visible(known)}: ${sign}\n`;
  });
  return `      ${word} ${visible(subject.name)}\n${why.join('')}`;
}
