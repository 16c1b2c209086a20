import { bitnami } from './bitnami.ts';
import { describeRecorded } from './recorded.contract.ts';
import { describeScheme } from './scheme.contract.ts';
import { laxText, semverPiece, semverText, strictSemver } from './semver.contract.ts';

describeScheme(bitnami, { orderFile: new URL('testdata/bitnami.txt', import.meta.url), arbitrary: laxText });

await describeRecorded(bitnami, {
  reference: 'github.com/bitnami/go-version v0.0.0-20250505154626',
  recorded: new URL('testdata/bitnami-recorded.txt.gz', import.meta.url),
  command: ['go-order', 'bitnami'],
  text: semverText,
  piece: semverPiece,
  // It knows strict versions of 64-bit numbers only, and holds revision 0 to be after none.
  asked: (text) => strictSemver.test(text) && !/-0(?:$|\+)|\d{19}/.test(text),
});
