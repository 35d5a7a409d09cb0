// Formatters of a place's dates and times, made once for each time zone: making one takes a millisecond and holds some
// 50 kB until it is collected, which a list of many tickets would pay for every row. Trap: give it names that
// core/place has checked, so that they are as few as there are zones.

/** For each time zone the formatter of this language with these options. */
export const perZone = (
  language: string,
  options: Omit<Intl.DateTimeFormatOptions, 'timeZone'>,
): ((timeZone: string) => Intl.DateTimeFormat) => {
  const made = new Map<string, Intl.DateTimeFormat>();
  return (timeZone) => {
    const known = made.get(timeZone) ?? new Intl.DateTimeFormat(language, { ...options, timeZone });
    made.set(timeZone, known);
    return known;
  };
};
