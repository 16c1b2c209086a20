#!/usr/bin/env node
// Only syntax and imports that Node.js 14 knows, so that an old one can say what is missing instead of failing to parse.
import module from 'node:module';
import { makeFolder } from '../internal/make-folder.ts';
import { cacheHome } from './cache-home.ts';
import { nodeTooOld } from './node-floor.ts';

const complaint = nodeTooOld(process.versions.node);
if (complaint === undefined) {
  keepCompiledCode(`${cacheHome(process.env)}/compile-cache`);
  import('./process.ts').then(({ runProcess }) => runProcess(process)).catch(fail);
} else {
  process.stderr.write(`${complaint}\n`);
  process.exitCode = 2;
}

/** Compiled code of earlier runs halves the time to start; where there can be no folder for it, it is left out. */
function keepCompiledCode(folder: string): void {
  try {
    makeFolder(folder);
  } catch {
    return;
  }
  module.enableCompileCache(folder);
}

function fail(error: unknown): void {
  process.stderr.write(`seaworthy: could not start\n  ${String(error)}\n`);
  process.exitCode = 3;
}
