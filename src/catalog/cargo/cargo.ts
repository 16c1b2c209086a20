import type { Cataloger } from '../catalog.ts';
import { gather } from '../gather.ts';
import { addProgram } from './audited.ts';
import { addLocks } from './locks.ts';

/** Caches of what was once fetched, and the sources of Rust's own library: not what the image runs. */
const otherFolders: readonly string[] = ['cargo/registry/src/', 'cargo/git/checkouts/', '/rustlib/'];

/** Rust: crates of programs built with cargo-auditable, and of sources what `Cargo.lock` names. */
export const cargo: Cataloger = {
  id: 'cargo',
  needs: [],
  endings: ['lock', 'toml'],
  selects(path) {
    if (!path.endsWith('Cargo.lock') && !path.endsWith('Cargo.toml')) return false;
    const slash = path.lastIndexOf('/') + 1;
    return path.length - slash === 10 && !otherFolders.some((folder) => path.includes(folder));
  },
  catalog({ files }) {
    const into = gather(cargo.id);
    for (const file of files) {
      if (file.extractor !== undefined) into.read(file, () => void addProgram(file, into));
    }
    addLocks(
      files.filter(({ extractor }) => extractor === undefined),
      into,
    );
    return into.result();
  },
};
