// Counts the work of a chat template, so that one that loops is stopped after the same number of steps on a busy
// machine as on an idle one; a time limit would refuse a good template whose process had to wait. Trap: the library
// does not export its interpreter, so this changes its prototypes, and String's, for the whole process.
import * as jinja from '@huggingface/jinja';
import { strftime } from './strftime.ts';

/**
 * Steps for the template itself and for each message: a long published template takes some hundreds for one message.
 */
const BASE_STEPS = 20_000;
const STEPS_A_MESSAGE = 2_000;
/** The longest list, and the longest text in UTF-16 units, that a template may make while it runs. */
const LONGEST_LIST = 20_000;
const LONGEST_TEXT = 4 * 2 ** 20;
/** Elements of a list, and UTF-16 units of a text, that take about as long as a step. */
const ELEMENTS_A_STEP = 16;
const UNITS_A_STEP = 1024;

let left = BASE_STEPS;

const spend = (steps: number): void => {
  left -= steps;
  if (left < 0) throw new RangeError('it takes more steps than any conversation needs');
};

const spendOn = (value: unknown): void => {
  if (Array.isArray(value)) return spendOnSize(value.length, LONGEST_LIST, ELEMENTS_A_STEP, 'list');
  if (typeof value === 'string') spendOnSize(value.length, LONGEST_TEXT, UNITS_A_STEP, 'text');
};

const spendOnSize = (length: number, longest: number, unit: number, what: string): void => {
  if (length > longest) throw new RangeError(`it makes a ${what} of ${length}`);
  spend(length / unit);
};

/** Python's range(), refused before it is made where it is too long. */
const range = (first: number, second?: number | null, step = 1): number[] => {
  const [start, stop] = second === undefined || second === null ? [0, first] : [first, second];
  if (step === 0) throw new Error('range() step must not be zero');
  const length = Math.max(0, Math.ceil((stop - start) / step));
  spendOnSize(length, LONGEST_LIST, ELEMENTS_A_STEP, 'list');
  return Array.from({ length }, (_, i) => start + i * step);
};

let now = new Date(0);

/** Runs `render` with the steps that so many messages may take, at that time. RangeError where they are not enough. */
export const withinSteps = (messages: number, time: Date, render: () => string): string => {
  left = BASE_STEPS + STEPS_A_MESSAGE * messages;
  now = time;
  return render();
};

/** The library's own declarations do not resolve under NodeNext; this is the part that is used. */
interface Library {
  Interpreter: {
    prototype: { evaluate: (statement: { type: string } | undefined, scope: unknown) => { value: unknown } };
  };
  Environment: {
    prototype: {
      set: (name: string, value: unknown) => unknown;
      setVariable: (name: string, value: unknown) => unknown;
    };
  };
}
const { Interpreter, Environment } = jinja as unknown as Library;

const { evaluate } = Interpreter.prototype;
Interpreter.prototype.evaluate = function (statement, scope) {
  spend(1);
  const result = evaluate.call(this, statement, scope);
  if (statement?.type !== 'Identifier') spendOn(result.value);
  return result;
};

/** Replaces the library's own: its strftime uses the machine's language and knows few fields. */
const OURS: Readonly<Record<string, unknown>> = { range, strftime_now: (format: string) => strftime(format, now) };

const { set, setVariable } = Environment.prototype;
Environment.prototype.set = function (name, value) {
  return set.call(this, name, Object.hasOwn(OURS, name) ? OURS[name] : value);
};
Environment.prototype.setVariable = function (name, value) {
  spend(1); // a loop with an empty body evaluates nothing, but sets its variables each time
  return setVariable.call(this, name, value);
};

const { repeat } = String.prototype;
String.prototype.repeat = function (this: string, count) {
  // counted before it is made: a template may ask for a margin of any width
  spendOnSize(this.length * count, LONGEST_TEXT, UNITS_A_STEP, 'text');
  return repeat.call(this, count);
};
