// The fields of a `tokenizer.json` with a BPE model that every such file has. Trap: a model's digest covers the bytes,
// so the order of the fields must not change.

/** The file's content: `parts` in their order, then the model with `model` over its defaults. */
export const bpeFile = <P extends object, M extends object>(parts: P, model: M) => ({
  version: '1.0',
  truncation: null,
  padding: null,
  ...parts,
  model: {
    type: 'BPE',
    dropout: null,
    unk_token: null,
    continuing_subword_prefix: null,
    end_of_word_suffix: null,
    fuse_unk: false,
    byte_fallback: false,
    ignore_merges: false,
    ...model,
  },
});
