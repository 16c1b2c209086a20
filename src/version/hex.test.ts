import { hex } from './hex.ts';
import { describeRecorded } from './recorded.contract.ts';
import { describeScheme } from './scheme.contract.ts';
import { laxText, semverPiece, semverText, strictSemver } from './semver.contract.ts';

describeScheme(hex, { orderFile: new URL('testdata/hex.txt', import.meta.url), arbitrary: laxText });

await describeRecorded(hex, {
  reference: "Elixir 1.14's Version",
  recorded: new URL('testdata/hex-recorded.txt.gz', import.meta.url),
  command: ['elixir', 'hex.exs'],
  text: semverText,
  piece: semverPiece,
  asked: (text) => strictSemver.test(text),
});
