/** What is rehearsed, and beside what. */
export interface RolloutOptions {
  readonly messages: number;
  readonly seed: number;
  readonly ratePerSecond: number;
  readonly clients: number;
  /** Undisturbed rollouts, each beside as long a stretch without one. */
  readonly rollouts: number;
  /** How long somebody's transaction stays open beside a step. */
  readonly heldSeconds: number;
  /** The stretch without a rollout is at least so long. */
  readonly calmSeconds: number;
  /** The design that is put in place of the default's, and taken back: one that can be adopted. */
  readonly otherDesign: string;
  /** Leave the database. */
  readonly keep: boolean;
}
