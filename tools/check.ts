// `npm run check`: everything that can be said of the tree without running it. Exit code 1 when a check fails.
import { checks, runChecks } from './checks.ts';

const failed = await runChecks(checks, (text) => void process.stdout.write(`${text}\n`));
process.exitCode = failed > 0 ? 1 : 0;
