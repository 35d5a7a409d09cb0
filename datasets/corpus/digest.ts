// The digest of a corpus: of its rows in their order, taken as they stream by.
// Trap: files are read more than once, and may be written to in between. Rows that were never measured would stand in
// the index, or people in the suite whose rows it lacks, so the readings are compared by it.
import { createHash } from 'node:crypto';
import type { Digest } from '#core/canonical.ts';
import type { CorpusEntry } from './row.ts';

export interface RowsDigest {
  /** The rows as they are, each added as it goes by. */
  through(rows: AsyncIterable<CorpusEntry>): AsyncGenerator<CorpusEntry>;
  /** Once, behind the last row. */
  digest(): Digest;
}

export const rowsDigest = (): RowsDigest => {
  const hash = createHash('sha256');
  return {
    through: async function* (rows) {
      for await (const entry of rows) {
        hash.update(`${JSON.stringify(entry.row)}\n`);
        yield entry;
      }
    },
    digest: () => `sha256:${hash.digest('hex')}`,
  };
};
