// file   = *(module / mark / package)                     (Go, `go mod vendor`, vendor/modules.txt)
// module = "# " path [" " version] [" => " path [" " version]] LF
// mark   = "## " text LF        ; "explicit": go.mod requires it; "workspace"
// package = import-path LF      ; of the module above
import type { Replacement } from './mod-file.ts';

/** A module with the packages that were copied into `vendor`. */
export interface VendoredModule {
  readonly path: string;
  readonly version: string;
  readonly replacement?: Replacement['with'];
  readonly explicit: boolean;
}

const line = /^# ([\w.~/+-]{1,500}) (v[\w.+-]{1,200})(?: => (\S+)(?: (v[\w.+-]{1,200}))?)?$/;
/** A replacement of a module of which nothing was copied, and of all of its versions. */
const onlyReplaced = /^# [\w.~/+-]{1,500}(?: v[\w.+-]{1,200})? => \S+(?: v[\w.+-]{1,200})?$/;

/** The modules of which packages were copied; lines that are none are faults. */
export function readModulesTxt(text: string): {
  readonly modules: readonly VendoredModule[];
  readonly faults: readonly string[];
} {
  const modules: VendoredModule[] = [];
  const faults: string[] = [];
  let current: { module: VendoredModule; used: boolean } | undefined;
  for (const row of text.split(/\r?\n/)) {
    if (row.startsWith('# ')) {
      const [, path, version, target, targetVersion] = line.exec(row) ?? [];
      current = undefined;
      if (path !== undefined && version !== undefined) {
        const stand =
          target === undefined ? undefined : { path: target, ...(targetVersion && { version: targetVersion }) };
        current = { module: { path, version, ...(stand && { replacement: stand }), explicit: false }, used: false };
      } else if (!onlyReplaced.test(row)) faults.push(row.slice(0, 100));
    } else if (row.startsWith('## ')) {
      const explicit = /\bexplicit\b/.test(row);
      if (current && explicit && !current.used) current.module = { ...current.module, explicit };
    } else if (row !== '' && current && /^[\w.~/+-]+$/.test(row)) {
      if (!current.used) modules.push(current.module);
      current.used = true;
    } else if (row !== '') faults.push(row.slice(0, 100));
  }
  if (text !== '' && !text.endsWith('\n')) faults.push('end within a line');
  return { modules, faults };
}
