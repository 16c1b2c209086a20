export { type Action, actionsOf, type VersionOrder } from './actions.ts';
export type {
  Circumstances,
  DayScore,
  Decision,
  ExposureFacts,
  KnownFlaw,
  Mission,
  Sourced,
} from './circumstances.ts';
export { CLOCKS, type Clock, type ClockDates, type Due, dueDate, type Within } from './clock.ts';
export { explain, explainSum } from './explain.ts';
export { explainStep, type FixOptions, type FixPlan, type FixStep, fixFirst } from './fix-first.ts';
export type { Hazard } from './hazard.ts';
export { type ImageRisk, type PackageRisk, type RiskSum, riskOfImage, riskSum } from './image-risk.ts';
export { anyOf, likelyExploited, overDays } from './probability.ts';
export { compareByRisk, type Risk, riskOf } from './risk-of.ts';
export { SSVC_OUTCOMES, type Ssvc, type SsvcOutcome, ssvcOf } from './ssvc.ts';
