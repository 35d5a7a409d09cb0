// Progress of long work on stderr: on a terminal a bar with rate and time left, elsewhere one line for each stage and
// one every half minute of a long one.
// Trap: never on stdout, where the result goes.

export interface Progress {
  /** Starts a stage; `total` in units of `unit`. */
  stage(title: string, total?: number, unit?: string): Stage;
  /** A line of its own. */
  note(text: string): void;
}

export interface Stage {
  at(done: number, detail?: string): void;
  done(detail?: string): void;
}

const BAR = 24;
const REFRESH_MS = 100;
const LINE_MS = 30_000;

const seconds = (ms: number): string => (ms < 10_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 1000)} s`);

/** `now` in milliseconds; monotonic. */
export const progressOn = (stream: NodeJS.WriteStream, now: () => number = () => performance.now()): Progress => ({
  stage: (title, total, unit = '') => (stream.isTTY ? barStage : lineStage)({ stream, now, title, total, unit }),
  note: (text) => void stream.write(`${text}\n`),
});

interface StageOptions {
  stream: NodeJS.WriteStream;
  now: () => number;
  title: string;
  total: number | undefined;
  unit: string;
}

const lineStage = ({ stream, now, title, total, unit }: StageOptions): Stage => {
  const start = now();
  let told = start;
  return {
    at(done, detail = '') {
      if (now() - told < LINE_MS) return;
      told = now();
      const how = total === undefined ? '' : `${rateOf(done, total, now() - start, unit)} `;
      stream.write(`${title}: ${how}${detail}\n`);
    },
    done: (detail) => void stream.write(`${title}: ${detail ? `${detail}, ` : ''}${seconds(now() - start)}\n`),
  };
};

const barStage = ({ stream, now, title, total, unit }: StageOptions): Stage => {
  const start = now();
  let shown = -Infinity;
  const draw = (text: string) => void stream.write(`\r\u001b[2K${text}`);
  return {
    at(done, detail = '') {
      if (now() - shown < REFRESH_MS) return;
      shown = now();
      draw(total === undefined ? `${title} ${detail}` : `${title} ${bar(done, total, now() - start, unit)} ${detail}`);
    },
    done: (detail) => draw(`${title}: ${detail ? `${detail}, ` : ''}${seconds(now() - start)}\n`),
  };
};

const bar = (done: number, total: number, elapsedMs: number, unit: string): string => {
  const filled = Math.round(Math.min(1, done / total) * BAR);
  return `[${'█'.repeat(filled)}${'·'.repeat(BAR - filled)}] ${rateOf(done, total, elapsedMs, unit)}`;
};

const rateOf = (done: number, total: number, elapsedMs: number, unit: string): string => {
  const share = Math.min(1, done / total);
  const rate = done / (elapsedMs / 1000 || 1);
  const left = share > 0 ? seconds((elapsedMs / share) * (1 - share)) : '…';
  return `${done}/${total} ${rate.toFixed(1)} ${unit}/s, ${left} left`;
};
