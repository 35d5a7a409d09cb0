// The options of `quittance bench`, all in one list. Trap: which of them a bench reads stands in its row in
// ../bench.ts; another one is refused by name.
import { anything, file, fileOrFolder, folder, output, whole } from '../kinds.ts';

export const BENCH_OPTIONS = {
  methods: {
    kind: 'value',
    value: 'A,B',
    summary: 'only these methods (default all; lasting: beside the ladder, default none)',
  },
  preset: {
    kind: 'value',
    value: 'P',
    summary: 'methods: quick (one seed, the default), full (three), sweep (what settings were picked from)',
  },
  path: { kind: 'value', value: 'DIR', summary: 'tofu: folder of the TOFU files', is: folder },
  authors: {
    kind: 'value',
    value: 'N',
    summary: 'tofu with --model smollm2: authors that it is taught (default 20)',
    is: whole(2, 199),
  },
  seeds: { kind: 'value', value: 'N', summary: 'suites and trainings, from seed 1 (default 3)', is: whole(1, 1000) },
  together: {
    kind: 'value',
    value: 'N',
    summary: 'lasting: people forgotten at once (default 3; 0: none)',
    is: whole(0, 1000),
  },
  alone: { kind: 'flag', summary: 'lasting: the ladder alone, without the rung that was the first before' },
  draws: { kind: 'value', value: 'N', summary: 'windows: tickets a number of records (default 1000)', is: whole(1) },
  shapes: {
    kind: 'value',
    value: 'A,B',
    summary:
      'engine: demo, 1m, 15m, smollm2, gpt2, 1b, 1b-held, 1.5b-held (default demo,1m; empty: only draw what was kept)',
    is: anything,
  },
  seed: {
    kind: 'value',
    value: 'N',
    summary:
      'the first seed: lasting, reveal (default 21), deletions (default 51); story (default 41), tasks (default 53), sequence: this seed alone; own-model: the draw',
    is: whole(0),
  },
  subjects: { kind: 'value', value: 'A,B', summary: 'lasting: who is forgotten, by position (default 1,7,13,19)' },
  model: {
    kind: 'value',
    value: 'smollm2|DIR',
    summary:
      "sequence: the chat model (default smollm2); lasting, tofu: smollm2 in the place of the demo's; own-model, onboard: its folder",
  },
  corpus: {
    kind: 'many',
    value: 'FILE',
    summary: 'own-model, onboard: files and folders that it was trained on',
    is: fileOrFolder,
  },
  people: { kind: 'value', value: 'CSV', summary: 'own-model, onboard: who is in the corpus', is: file },
  customers: { kind: 'value', value: 'N', summary: 'own-model: drawn by --seed (default 5)', is: whole(1, 10_000) },
  without: { kind: 'value', value: 'NAMES', summary: 'own-model: who is not drawn' },
  policy: {
    kind: 'value',
    value: 'P',
    summary:
      'what it is judged by: own-model (default corpus-chat-v1), lasting (default gate-v3, with smollm2 chat-v3), sequence (default chat-v1)',
  },
  leaves: { kind: 'value', value: 'N', summary: 'ledger: entries of the log (default 1000000)', is: whole(1) },
  deletions: {
    kind: 'value',
    value: 'N',
    summary: 'people forgotten one after another: sequence (default 4), deletions (default 8)',
    is: whole(1, 1000),
  },
  kept: {
    kind: 'flag',
    summary: 'sequence, deletions, methods, reveal, story, tasks: run nothing, draw what was kept',
  },
  tickets: {
    kind: 'value',
    value: 'N',
    summary: 'tickets, filings: filed (default 1000); worklist: in the list (default 100000)',
    is: whole(1, 10_000_000),
  },
  models: {
    kind: 'value',
    value: 'N',
    summary: 'tickets: models that they are about (default 10)',
    is: whole(1, 10_000),
  },
  rounds: { kind: 'value', value: 'N', summary: 'engine: alternating rounds (default 3)', is: whole(1, 1000) },
  rows: {
    kind: 'value',
    value: 'N',
    summary: 'find: rows of the large corpus (default 1000000); onboard: rows (default 10000)',
    is: whole(1),
  },
  merge: {
    kind: 'value',
    value: 'FILE',
    summary:
      'methods, story: JSON of rows that earlier runs measured; they stay in the page, and new ones come to them',
    is: output,
  },
  out: { kind: 'value', value: 'FILE', summary: 'where the Markdown table goes', is: output },
} as const;
