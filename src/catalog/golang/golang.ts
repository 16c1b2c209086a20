import type { Cataloger } from '../catalog.ts';
import { gather } from '../gather.ts';
import { addManifests } from './manifests.ts';
import { addProgram } from './programs.ts';

/**
 * Go: modules and the standard library of programs by their build info, and of sources what `go.mod`, `go.work` and
 * `vendor/modules.txt` name. The cache of modules is not read, for what was once fetched need not be used.
 */
export const golang: Cataloger = {
  id: 'golang',
  needs: [],
  endings: ['mod', 'sum', 'work', 'txt'],
  selects(path) {
    const name = path.slice(path.lastIndexOf('/') + 1);
    if (name !== 'go.mod' && name !== 'go.sum' && name !== 'go.work' && name !== 'modules.txt') return false;
    if (name === 'modules.txt' && !path.endsWith('vendor/modules.txt')) return false;
    return !`/${path}`.includes('/pkg/mod/') && !path.includes('/testdata/');
  },
  catalog({ files }) {
    const into = gather(golang.id);
    const roots: (() => void)[] = [];
    for (const file of files) {
      if (file.extractor === undefined) continue;
      into.read(file, () => {
        const root = addProgram(file, into);
        if (root) roots.push(root);
      });
    }
    for (const root of roots) root();
    addManifests(
      files.filter(({ extractor }) => extractor === undefined),
      into,
    );
    return into.result();
  },
};
