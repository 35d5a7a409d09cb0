// How long things are kept, in days. (How long a certificate holds stands in the gate policy.) The numbers are this
// product's defaults, which the controller's counsel must set.

export const RETENTION_DAYS = {
  /** Old weights, unreachable but kept for a roll-back, before they are destroyed. */
  quarantine: 30,
  /** The case data of a refused, withdrawn or cancelled ticket, for an appeal. */
  appeal: 30,
  /** Records that an appeal brought back, to take them over into a case of their own, once it was decided. */
  granted: 7,
  /** What somebody has typed of a case and not filed, since it was last kept. */
  draft: 30,
};

export const daysAfter = (at: Date, days: number): string => new Date(at.getTime() + days * 86_400_000).toISOString();
