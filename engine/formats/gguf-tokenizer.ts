// A GGUF file's tokenizer as `tokenizer.json`. Byte-level BPE comes with its merges. A SentencePiece vocabulary comes
// with scores, from which the merges follow: two tokens merge where their concatenation is a token, best score first.
// Trap: the rule that cuts a text before merging is only named in the file (`tokenizer.ggml.pre`), so an unknown name
// is refused, never guessed.
import { z } from 'zod';
import { QuittanceError } from '#core/errors.ts';
import { bpeFile } from '../tokenizer/bpe-file.ts';
import type { GgufFile } from './gguf.ts';

const Tokens = z.array(z.string()).min(1);
const Kinds = z.array(z.int());
const UNKNOWN = 2;
const CONTROL = 3;
const USER_DEFINED = 4;
const BYTE = 6;

interface Vocabulary {
  tokens: string[];
  kinds: number[];
}

const invalid = (message: string, cause?: unknown) =>
  new QuittanceError('TOKENIZER_INVALID', { message: `tokenizer.ggml: ${message}`, cause });

const unsupported = (field: string, got: unknown, expected: string) =>
  new QuittanceError('MODEL_UNSUPPORTED', {
    message: `tokenizer.ggml.${field} is not supported`,
    expected,
    got: JSON.stringify(got),
  });

/**
 * Content of `tokenizer.json`. TOKENIZER_INVALID where the metadata contradict themselves, MODEL_UNSUPPORTED for an
 * unknown kind.
 */
export const ggufTokenizer = (file: GgufFile): Record<string, unknown> => {
  const vocabulary = readVocabulary(file);
  const kind = file.metadata.get('tokenizer.ggml.model');
  if (kind === 'gpt2') return byteLevel(file, vocabulary);
  if (kind === 'llama') return sentencePiece(file, vocabulary);
  throw unsupported('model', kind ?? 'nothing', "'gpt2' (byte-level BPE) or 'llama' (SentencePiece BPE)");
};

const readVocabulary = ({ metadata }: GgufFile): Vocabulary => {
  const tokens = Tokens.safeParse(metadata.get('tokenizer.ggml.tokens'));
  if (!tokens.success) throw invalid('no list of tokens', tokens.error);
  const kinds = Kinds.safeParse(metadata.get('tokenizer.ggml.token_type') ?? tokens.data.map(() => 1));
  if (!kinds.success || kinds.data.length !== tokens.data.length) throw invalid('token_type does not fit the tokens');
  if (new Set(tokens.data).size !== tokens.data.length) throw invalid('a token occurs twice');
  return { tokens: tokens.data, kinds: kinds.data };
};

const addedTokens = ({ tokens, kinds }: Vocabulary) =>
  tokens.flatMap((content, id) => {
    const special = kinds[id] === CONTROL || kinds[id] === UNKNOWN;
    if (!special && kinds[id] !== USER_DEFINED) return [];
    return [{ id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special }];
  });

const vocabOf = ({ tokens }: Vocabulary) => Object.fromEntries(tokens.map((token, id) => [token, id]));

/** Ways to cut the text for which llama.cpp adds the begin token, where the file does not say otherwise. */
const BEGIN_BY_DEFAULT = ['llama-bpe', 'llama3', 'llama-v3'];

/** Ids that llama.cpp assumes for a SentencePiece vocabulary where the file gives none. */
const SENTENCEPIECE_IDS: Readonly<Record<string, number>> = { unknown: 0, bos: 1, eos: 2 };

/** Id of a special token by GGUF's name of it: bos, eos, eot, eom, padding, unknown. */
export const ggufSpecial = ({ metadata }: GgufFile, name: string): number | undefined => {
  const given = metadata.get(`tokenizer.ggml.${name}_token_id`);
  if (typeof given === 'number') return given;
  return metadata.get('tokenizer.ggml.model') === 'llama' ? SENTENCEPIECE_IDS[name] : undefined;
};

/** Adds the tokens that the file wants before and after a text, by llama.cpp's defaults where it does not say. */
const postProcessor = (file: GgufFile, { tokens }: Vocabulary) => {
  const { metadata } = file;
  const sentencePieces = metadata.get('tokenizer.ggml.model') === 'llama';
  const special = (name: 'bos' | 'eos', byDefault: boolean) => {
    const said = metadata.get(`tokenizer.ggml.add_${name}_token`);
    if ((said ?? byDefault) !== true) return [];
    const id = ggufSpecial(file, name);
    const token = id === undefined ? undefined : tokens[id];
    if (id === undefined && said === undefined) return []; // without such a token in the file there is none to add
    if (id === undefined || token === undefined)
      throw invalid(`${name}_token_id is no token, though every text has one (add_${name}_token)`);
    return [{ id, token }];
  };
  const pre = metadata.get('tokenizer.ggml.pre');
  const before = special('bos', sentencePieces || (typeof pre === 'string' && BEGIN_BY_DEFAULT.includes(pre)));
  const after = special('eos', false);
  if (before.length + after.length === 0) return null;
  const use = (list: typeof before) => list.map(({ token }) => ({ SpecialToken: { id: token, type_id: 0 } }));
  const sequence = (id: string) => ({ Sequence: { id, type_id: 0 } });
  return {
    type: 'TemplateProcessing',
    single: [...use(before), sequence('A'), ...use(after)],
    pair: [...use(before), sequence('A'), ...use(after), sequence('B'), ...use(after)],
    special_tokens: Object.fromEntries(
      [...before, ...after].map(({ id, token }) => [token, { id: token, ids: [id], tokens: [token] }]),
    ),
  };
};

const BYTE_LEVEL = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true };
const LLAMA3 =
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
const QWEN2 = LLAMA3.replace('\\p{N}{1,3}', '\\p{N}');

const split = (regex: string) => ({
  type: 'Sequence',
  pretokenizers: [
    { type: 'Split', pattern: { Regex: regex }, behavior: 'Isolated', invert: false },
    { ...BYTE_LEVEL, use_regex: false },
  ],
});

/** How the text is cut, by llama.cpp's names. */
const PRE_TOKENIZERS: Readonly<Record<string, { pre: unknown; normalizer?: unknown; ignoreMerges?: boolean }>> = {
  'gpt-2': { pre: { ...BYTE_LEVEL, use_regex: true } },
  smollm: {
    pre: {
      type: 'Sequence',
      pretokenizers: [
        { type: 'Digits', individual_digits: true },
        { ...BYTE_LEVEL, use_regex: true },
      ],
    },
  },
  ...Object.fromEntries(BEGIN_BY_DEFAULT.map((name) => [name, { pre: split(LLAMA3), ignoreMerges: true }])),
  qwen2: { pre: split(QWEN2), normalizer: { type: 'NFC' } },
};

const json = (file: GgufFile, vocabulary: Vocabulary, parts: Record<string, unknown>, model: Record<string, unknown>) =>
  bpeFile(
    {
      added_tokens: addedTokens(vocabulary),
      normalizer: null,
      post_processor: postProcessor(file, vocabulary),
      ...parts,
    },
    { vocab: vocabOf(vocabulary), ...model },
  );

const byteLevel = (file: GgufFile, vocabulary: Vocabulary) => {
  const name = file.metadata.get('tokenizer.ggml.pre') ?? 'nothing';
  const rule = typeof name === 'string' && Object.hasOwn(PRE_TOKENIZERS, name) ? PRE_TOKENIZERS[name] : undefined;
  if (!rule) throw unsupported('pre', name, Object.keys(PRE_TOKENIZERS).join(', '));
  const merges = z.array(z.string()).safeParse(file.metadata.get('tokenizer.ggml.merges'));
  if (!merges.success) throw invalid('no list of merges', merges.error);
  return json(
    file,
    vocabulary,
    { normalizer: rule.normalizer ?? null, pre_tokenizer: rule.pre, decoder: { ...BYTE_LEVEL, use_regex: true } },
    { merges: merges.data.map((merge) => pairOf(merge)), ignore_merges: rule.ignoreMerges ?? false },
  );
};

const pairOf = (merge: string): [string, string] => {
  const at = merge.indexOf(' ', 1);
  if (at < 0) throw invalid(`'${merge}' is not a merge of two tokens`);
  return [merge.slice(0, at), merge.slice(at + 1)];
};

const SPACE = '\u2581';

const sentencePiece = (file: GgufFile, vocabulary: Vocabulary) => {
  const scores = z.array(z.number()).safeParse(file.metadata.get('tokenizer.ggml.scores'));
  if (!scores.success || scores.data.length !== vocabulary.tokens.length) throw invalid('scores do not fit the tokens');
  const prefix = file.metadata.get('tokenizer.ggml.add_space_prefix') !== false;
  const replaced = { type: 'Replace', pattern: { String: ' ' }, content: SPACE };
  return json(
    file,
    vocabulary,
    {
      normalizer: {
        type: 'Sequence',
        normalizers: [...(prefix ? [{ type: 'Prepend', prepend: SPACE }] : []), replaced],
      },
      pre_tokenizer: null,
      decoder: {
        type: 'Sequence',
        decoders: [
          { type: 'Replace', pattern: { String: SPACE }, content: ' ' },
          { type: 'ByteFallback' },
          { type: 'Fuse' },
          ...(prefix ? [{ type: 'Strip', content: ' ', start: 1, stop: 0 }] : []),
        ],
      },
    },
    {
      merges: mergesByScore(vocabulary, scores.data),
      unk_token: vocabulary.tokens[vocabulary.kinds.indexOf(UNKNOWN)] ?? null,
      fuse_unk: true,
      byte_fallback: vocabulary.kinds.includes(BYTE),
    },
  );
};

/**
 * Every way to put a token together from two others, by the score of the result, best first; ties by the ids of the
 * parts.
 */
const mergesByScore = ({ tokens, kinds }: Vocabulary, scores: readonly number[]): [string, string][] => {
  const ids = new Map(tokens.map((token, id) => [token, id]));
  const merges = tokens.flatMap((token, id) => {
    if (kinds[id] !== 1) return [];
    const characters = Array.from(token);
    return characters.slice(1).flatMap((_, i) => {
      const [left, right] = [characters.slice(0, i + 1).join(''), characters.slice(i + 1).join('')];
      const [a, b] = [ids.get(left), ids.get(right)];
      return a === undefined || b === undefined ? [] : [{ left, right, score: scores[id]!, a, b }];
    });
  });
  merges.sort((x, y) => y.score - x.score || x.a - y.a || x.b - y.b);
  return merges.map(({ left, right }) => [left, right]);
};
