export type { VersionOrder } from './actions.ts';
export type { Circumstances } from './circumstances.ts';
export { CLOCKS, dueDate } from './clock.ts';
export { explain, explainSum } from './explain.ts';
export { type FixStep, fixFirst } from './fix-first.ts';
export { riskOfImage } from './image-risk.ts';
export { compareByRisk, type Risk, riskOf } from './risk-of.ts';
