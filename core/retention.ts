// How long things stay, in days, and which certificates hold. The numbers are this product's policy, to be set by the controller's counsel.

export const RETENTION_DAYS = {
  /** Old weights, unreachable but kept for a roll-back, before they are destroyed. */
  quarantine: 30,
  /** The case data of a refused, withdrawn or cancelled ticket, for an appeal. */
  appeal: 30,
  /** A certificate, until the full suite must have passed again. */
  certificate: 90,
};

export const daysAfter = (at: Date, days: number): string => new Date(at.getTime() + days * 86_400_000).toISOString();
