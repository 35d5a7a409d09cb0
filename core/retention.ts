// How long things stay, in days; how long a certificate holds is the gate policy's. The numbers are this product's
// policy, to be set by the controller's counsel.

export const RETENTION_DAYS = {
  /** Old weights, unreachable but kept for a roll-back, before they are destroyed. */
  quarantine: 30,
  /** The case data of a refused, withdrawn or cancelled ticket, for an appeal. */
  appeal: 30,
};

export const daysAfter = (at: Date, days: number): string => new Date(at.getTime() + days * 86_400_000).toISOString();
