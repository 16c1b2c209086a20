import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { databasePath, openDatabase } from '../../database/database.ts';
import type { Image } from '../../image/image.ts';
import type { ScanOptions } from '../options.ts';
import { readDocuments } from '../vex-documents.ts';

/**
 * What would fail for each image alike is found out once: a database that can't be trusted, VEX documents that can't be
 * read. Throws `DatabaseError`, `VexError`. The database is then verified, so that no thread has to do it.
 */
export async function checkBefore({ databasePath: given, vex = [], offline = false }: ScanOptions): Promise<void> {
  const path = given ?? databasePath(process.env);
  if (existsSync(path)) openDatabase(path).close();
  const places = vex.filter((place) => place !== 'image');
  if (places.length === 0) return;
  const nothing: Image = { kind: 'rootfs', reference: '', path: '' };
  await readDocuments(places, nothing, [], { home: dirname(path), offline, env: process.env });
}
