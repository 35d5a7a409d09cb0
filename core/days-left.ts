// Kinds of open cases by the days that are left to a date: what is counted together on Today and in the monthly report.
export const DAYS_LEFT = ['late', 'week', 'fortnight', 'month', 'later'] as const;
export type DaysLeft = (typeof DAYS_LEFT)[number];

/** Up to how many days are left, the last inclusive; more than a month is `later`. */
export const [SOON_DAYS, FORTNIGHT, MONTH] = [7, 14, 30];

export const binOf = (days: number): DaysLeft => {
  if (days < 0) return 'late';
  if (days <= SOON_DAYS) return 'week';
  if (days <= FORTNIGHT) return 'fortnight';
  return days <= MONTH ? 'month' : 'later';
};
