// Python's strftime in the C locale and the machine's time zone, as chat templates use it (strftime_now). Trap: an
// unknown field is an error, because printing it as text would make another prompt than the one that the model was
// trained on.

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const MONTHS = ['January', 'February', 'March', 'April', 'May', 'June'];
MONTHS.push('July', 'August', 'September', 'October', 'November', 'December');

const pad = (value: number, width = 2): string => String(value).padStart(width, '0');
const hour12 = (t: Date): number => t.getHours() % 12 || 12;
const dayOfYear = (t: Date): number =>
  Math.round((Date.UTC(t.getFullYear(), t.getMonth(), t.getDate()) - Date.UTC(t.getFullYear(), 0, 0)) / 86_400_000);

const FIELDS: Readonly<Record<string, (t: Date) => string>> = {
  '%': () => '%',
  Y: (t) => pad(t.getFullYear(), 4),
  y: (t) => pad(t.getFullYear() % 100),
  m: (t) => pad(t.getMonth() + 1),
  '-m': (t) => String(t.getMonth() + 1),
  B: (t) => MONTHS[t.getMonth()]!,
  b: (t) => MONTHS[t.getMonth()]!.slice(0, 3),
  d: (t) => pad(t.getDate()),
  '-d': (t) => String(t.getDate()),
  e: (t) => String(t.getDate()).padStart(2),
  j: (t) => pad(dayOfYear(t), 3),
  A: (t) => DAYS[t.getDay()]!,
  a: (t) => DAYS[t.getDay()]!.slice(0, 3),
  H: (t) => pad(t.getHours()),
  I: (t) => pad(hour12(t)),
  M: (t) => pad(t.getMinutes()),
  S: (t) => pad(t.getSeconds()),
  p: (t) => (t.getHours() < 12 ? 'AM' : 'PM'),
  F: (t) => strftime('%Y-%m-%d', t),
  T: (t) => strftime('%H:%M:%S', t),
};

/** The time in that format. Error where the format has an unknown field. */
export const strftime = (format: string, time: Date): string =>
  format.replaceAll(/%(-?.?)/gsu, (field, name: string) => {
    const write = Object.hasOwn(FIELDS, name) ? FIELDS[name] : undefined;
    if (!write) throw new Error(`strftime_now does not know ${field}`);
    return write(time);
  });
