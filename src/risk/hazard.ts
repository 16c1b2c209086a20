/** How much is to be feared, as a rate that adds over flaws, images and clusters. */
export interface Hazard {
  /** With assumptions where something is not known: what is sorted and summed. */
  readonly value: number;
  /** With the worst in place of all that is not known. */
  readonly most: number;
}

/** `−ln(1 − p) · exposure · impact`, each between 0 and 1, `p` below 1. */
export function hazardOf(probability: number, exposure: number, impact: number): number {
  return -Math.log1p(-probability) * exposure * impact;
}

/** A hazard, or a sum of them, as a probability: `1 − e^(−h)`. */
export function probabilityOfHazard(hazard: number): number {
  return -Math.expm1(-hazard);
}

/** The sum of hazards of different flaws and assets. */
export function sumOf(hazards: Iterable<Hazard>): Hazard {
  let [value, most] = [0, 0];
  for (const hazard of hazards) {
    value += hazard.value;
    most += hazard.most;
  }
  return { value, most };
}
