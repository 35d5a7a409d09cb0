// Rows as comma-separated values (RFC 4180). Trap: a spreadsheet computes what begins like a formula, whoever typed it.

/** A number may begin with a minus sign, and nothing else with what a spreadsheet would compute. */
export const csvCell = (text: string): string => {
  const safe = /^[=+\-@\t\r]/.test(text) && !/^-?\d+$/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};

export const csvOf = (rows: readonly (readonly string[])[]): string =>
  rows.map((row) => `${row.map(csvCell).join(',')}\r\n`).join('');
