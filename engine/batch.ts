// Rows of tokens laid out for one forward pass. A row is a prompt with one or more answers. Several answers are packed
// one after the other: each sees the prompt and itself only (block mask) and starts at the position where the prompt
// ended, so that the prompt is computed once.
// Trap: the first token of each answer is predicted from the prompt's last position, so that position is selected once
// for each answer.
import { QuittanceError } from '#core/errors.ts';

export interface Row {
  prompt: readonly number[];
  /** Token ids of each answer, end-of-sequence included where it is to be learnt. */
  answers: readonly (readonly number[])[];
}

/** B rows of T columns, right-padded. All arrays are row-major over (B, T). */
export interface Batch {
  rows: number; // B
  columns: number; // T
  ids: Int32Array; // (B·T)
  positions: Int32Array; // (B·T)
  /**
   * 0 prompt, k the k-th answer, −1 padding; undefined where no row has more than one answer: plain causal attention.
   */
  segments: Int32Array | undefined; // (B·T)
  /** 1 for tokens, 0 for padding. */
  mask: Float32Array; // (B·T)
  /** Flat index of the position that predicts each answer token. */
  select: Int32Array; // (N)
  targets: Int32Array; // (N)
  /** Which answer (counted over the whole batch) a target belongs to. */
  owner: Int32Array; // (N)
  answers: number;
}

const rowLength = (row: Row) => row.prompt.length + row.answers.reduce((sum, answer) => sum + answer.length, 0);

/** Lays rows out; a row longer than `maxColumns`, or without a prompt token, is refused with INVALID_INPUT. */
export const makeBatch = (rows: readonly Row[], maxColumns: number): Batch => {
  const columns = rows.reduce((most, row) => Math.max(most, rowLength(row)), 1);
  if (columns > maxColumns) {
    throw new QuittanceError('INVALID_INPUT', {
      message: 'a row is longer than the model can read',
      expected: `at most ${maxColumns} tokens`,
      got: `${columns} tokens`,
    });
  }
  const batch = emptyBatch(rows, columns);
  let n = 0;
  let answer = 0;
  rows.forEach((row, b) => {
    if (row.prompt.length === 0) throw new QuittanceError('INVALID_INPUT', { message: 'a row has no prompt token' });
    place(batch, b, 0, row.prompt, 0, 0);
    let at = row.prompt.length;
    row.answers.forEach((tokens, k) => {
      place(batch, b, at, tokens, row.prompt.length, k + 1);
      tokens.forEach((token, i) => {
        batch.select[n] = b * columns + (i === 0 ? row.prompt.length - 1 : at + i - 1);
        batch.targets[n] = token;
        batch.owner[n++] = answer;
      });
      at += tokens.length;
      answer++;
    });
  });
  return batch;
};

const emptyBatch = (rows: readonly Row[], columns: number): Batch => {
  const cells = rows.length * columns;
  const targets = rows.reduce((sum, row) => sum + rowLength(row) - row.prompt.length, 0);
  const packed = rows.some((row) => row.answers.length > 1);
  return {
    rows: rows.length,
    columns,
    ids: new Int32Array(cells),
    positions: new Int32Array(cells),
    segments: packed ? new Int32Array(cells).fill(-1) : undefined,
    mask: new Float32Array(cells),
    select: new Int32Array(targets),
    targets: new Int32Array(targets),
    owner: new Int32Array(targets),
    answers: rows.reduce((sum, row) => sum + row.answers.length, 0),
  };
};

const place = (
  batch: Batch,
  row: number,
  column: number,
  tokens: readonly number[],
  position: number,
  segment: number,
) => {
  tokens.forEach((token, i) => {
    const cell = row * batch.columns + column + i;
    batch.ids[cell] = token;
    batch.positions[cell] = position + i;
    batch.mask[cell] = 1;
    if (batch.segments) batch.segments[cell] = segment;
  });
};

/** Some rows of a batch, as a batch of as many columns. */
export const rowsOf = (batch: Batch, from: number, to: number): Batch => {
  const [first, last] = [from * batch.columns, Math.min(to, batch.rows) * batch.columns];
  const start = batch.select.findIndex((cell) => cell >= first);
  const next = batch.select.findIndex((cell) => cell >= last);
  const end = next === -1 ? batch.select.length : next;
  const answer = batch.owner[start] ?? 0;
  return {
    rows: (last - first) / batch.columns,
    columns: batch.columns,
    ids: batch.ids.slice(first, last),
    positions: batch.positions.slice(first, last),
    segments: batch.segments?.slice(first, last),
    mask: batch.mask.slice(first, last),
    select: batch.select.slice(start, end).map((cell) => cell - first),
    targets: batch.targets.slice(start, end),
    owner: batch.owner.slice(start, end).map((one) => one - answer),
    answers: (batch.owner[end - 1] ?? answer) - answer + 1,
  };
};

/** Groups rows of like length so that little is padded; order inside the result follows length. */
export const bucketByLength = <T>(items: readonly T[], lengthOf: (item: T) => number, size: number): T[][] => {
  const sorted = items.toSorted((a, b) => lengthOf(a) - lengthOf(b));
  return Array.from({ length: Math.ceil(sorted.length / size) }, (_, i) => sorted.slice(i * size, (i + 1) * size));
};

export { rowLength };

/** Additive attention bias (B or 1, T·T): 0 where token i may see token j, a large negative number elsewhere. */
export const attentionBias = (batch: Batch, slidingWindow?: number): { rows: number; data: Float32Array } => {
  const { columns: T, segments } = batch;
  const rows = segments ? batch.rows : 1;
  const data = new Float32Array(rows * T * T).fill(-1e9);
  for (let b = 0; b < rows; b++) {
    for (let i = 0; i < T; i++) {
      for (let j = 0; j <= i; j++) if (sees(batch, b * T + i, b * T + j, slidingWindow)) data[(b * T + i) * T + j] = 0;
    }
  }
  return { rows, data };
};

const sees = ({ segments, positions }: Batch, i: number, j: number, slidingWindow: number | undefined): boolean => {
  if (slidingWindow !== undefined && positionGap(segments, positions, i, j) >= slidingWindow) return false;
  return !segments || i === j || segments[j] === 0 || segments[j] === segments[i];
};

const positionGap = (segments: Int32Array | undefined, positions: Int32Array, i: number, j: number) =>
  segments ? positions[i]! - positions[j]! : i - j;
