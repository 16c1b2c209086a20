import type { Presenter } from '../finding/finding.ts';

/** Each format that a report can be presented in, loaded when it is asked for. */
export const presenters: ReadonlyMap<string, () => Promise<Presenter>> = new Map([
  ['table', async () => (await import('./table/table.ts')).table],
  ['json', async () => (await import('./json/json.ts')).json],
]);
