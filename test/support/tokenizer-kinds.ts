// Tokenizers of every kind that the reader knows, each a `tokenizer.json`: vocabularies are learnt from the texts by
// Hugging Face's own trainers or written out here, so that nothing of others is needed.
import {
  BASE,
  BPE,
  BYTES,
  byteLevel,
  bytesBpe,
  lettersOnly,
  metaspace,
  metaspaceBpe,
  sequence,
  split,
  token,
  unigram,
  withAdded,
  withBytes,
  wordLevel,
  wordPiece,
  type TokenizerJson,
} from './tokenizer-makers.ts';

const LLAMA3 =
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
const QWEN = LLAMA3.replace('\\p{N}{1,3}', '\\p{N}');
const GPT4O =
  "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
const BLOOM = ' ?[^(\\s|[.,!?…。，、।۔،])]+';

const ADDED = [
  token('<mask>', { lstrip: true, special: true }),
  token('<s>', { special: true }),
  token('</s>', { rstrip: true, special: true }),
  token('<NAME>', { single_word: true }),
  token('<|end|>', { special: true }),
  token('<|pad|>', { special: true }),
];

/** A character map of 25 rules (ligatures, voicing marks, blanks, controls, Hangul), compiled by SentencePiece. */
const CHARSMAP = [
  'AAQAAAAMAAAAAACAAQ0AAMyYAgAHFQAAAQAAgKMFAAAgAACAzAgCAAoxAAAJPQAAgR0AAB0AAICgIQAADS0AAAcAAIC9fQAAhMQC',
  'AOEQAgCF0AIAs4ADAOEUAgCGuAIArz0AADUAAIDhGAIAhYACAKGYAwDhHAIAhqACAKsFAAA5AACAgEwDAICIAwADAACAqxUAAIWQ',
  'AgCEtAIAGgAAgKc9AAAPAACAgLEAAKuIAwDjFAIAgmACAJkNAAAkAACAKAAAgL99AACAYAIAkigDAILIAgAUAACAFwAAgIAJAACB',
  'CQAAv+UAAO/wAgC2sAMAvmACAI3MAgCeTQAAlJADAJ1UAgCDFQEArNwDAJgFAAANAACARgAAAEcAAABEAAAARQAAAIslAQBLAAAA',
  'SAAAAEkAAABOAAAATwAAAEwAAABNAAAAvXADAFMAAABQAAAAUQAAAFYAAABXAAAAu0QDAFUAAABaAAAAWwAAAFgAAABZAAAAXgAA',
  'AF8AAABcAAAAXQAAAGIAAABjAAAAYbQCAGEAAABmAAAAph0BAGWIAgBlAAAAagAAAGsAAABoAAAAaQAAAG4AAABvAAAAbAAAAG0A',
  'AAByAAAAcwAAAHAAAABxAAAAdgAAAHcAAAB0AAAAdQAAAHoAAAB7AAAAeAAAAHkAAAB+AAAAfwAAAHwAAAB9AAAAggAAAIMAAACA',
  'AAAAgQAAAIYAAACHAAAAhAAAAIUAAACKAAAAiwAAAIgAAACJAAAAjgAAAI8AAACMAAAAjQAAAJIAAACTAAAAkAAAAJEAAACWAAAA',
  'lwAAAJQAAACVAAAAmgAAAJsAAACYAAAAmQAAAJ4AAACfAAAAnAAAAJ0AAACiAAAAowAAAKAAAAChAAAApgAAAKcAAACkAAAApQAA',
  'AKoAAACrAAAAqAAAAKkAAACuAAAArwAAAKwAAACtAAAAsgAAALMAAACwAAAAsQAAALYAAAC3AAAAtAAAALUAAAC6AAAAuwAAALgA',
  'AAC5AAAAvgAAAL8AAAC8AAAAvQAAAMIAAADCsAEAwAAAAMEAAADGAAAAxwAAAMQAAADFAAAAygAAAMsAAADIAAAAyQAAAM4AAADP',
  'AAAAzAAAAM0AAADSAAAA0wAAANAAAADRAAAA1gAAANcAAADUAAAA1QAAANoAAADbAAAA2AAAANkAAADeAAAA3wAAANwAAADdAAAA',
  '40QBAOIAAQDh3AEA4QAAAOYAAADnAAAA5AAAAOUAAADqAAAA6wAAAOgAAADpAAAA7wQAAO8AAADsAAAA7QAAAPIAAADzAAAA8AAA',
  'APBEAQD2AAAA9wAAAPQAAAD1AAAA+gAAAPsAAAD4AAAA+QAAAP4AAAD/AAAA/AAAAP0AAAAAIAAuLi4AMeKBhDIAVQBWSUlJAGZm',
  'AGZpAMOFAMOpAOG6oQDjgqwA5qCq5byP5Lya56S+AOq4gADtlZwA',
].join('');

/** Title and file of each kind; made on demand, as some are learnt. */
export const KINDS: Readonly<Record<string, () => TokenizerJson>> = {
  'byte-level BPE of GPT-2': () => withAdded(bytesBpe(byteLevel()), ADDED),
  'byte-level BPE with a blank before each piece (RoBERTa)': () =>
    withAdded(
      bytesBpe(byteLevel({ add_prefix_space: true }), {
        post_processor: {
          type: 'RobertaProcessing',
          sep: ['</s>', 2],
          cls: ['<s>', 0],
          trim_offsets: false,
          add_prefix_space: true,
        },
      }),
      ADDED,
    ),
  'byte-level BPE of Llama 3': () =>
    withAdded(
      bytesBpe(sequence('pretokenizers', split({ Regex: LLAMA3 }, 'Isolated'), BYTES), {
        model: { ...BPE, ignore_merges: true },
      }),
      ADDED,
    ),
  'byte-level BPE of Qwen, normalised': () =>
    withAdded(
      bytesBpe(sequence('pretokenizers', split({ Regex: QWEN }, 'Isolated'), BYTES), { normalizer: { type: 'NFC' } }),
      ADDED,
    ),
  'byte-level BPE of GPT-4o': () =>
    withAdded(bytesBpe(sequence('pretokenizers', split({ Regex: GPT4O }, 'Isolated'), BYTES)), ADDED),
  'byte-level BPE of Bloom': () => bytesBpe(sequence('pretokenizers', split({ Regex: BLOOM }, 'Isolated'), BYTES)),
  'byte-level BPE of DeepSeek': () =>
    withAdded(
      bytesBpe(
        sequence(
          'pretokenizers',
          split({ Regex: '[\\r\\n]' }, 'Isolated'),
          split({ Regex: '\\s?\\p{L}+' }, 'Isolated'),
          split({ Regex: '\\s?\\p{P}+' }, 'Isolated'),
          split({ Regex: '[一-龥ࠀ-一가-퟿]+' }, 'Isolated'),
          { type: 'Digits', individual_digits: true },
          BYTES,
        ),
      ),
      ADDED,
    ),
  'Digits each, then bytes (SmolLM)': () =>
    withAdded(bytesBpe(sequence('pretokenizers', { type: 'Digits', individual_digits: true }, byteLevel())), ADDED),
  'Digits together, then bytes': () =>
    bytesBpe(sequence('pretokenizers', { type: 'Digits', individual_digits: false }, byteLevel())),
  'Punctuation, digits by threes, then bytes (Falcon)': () =>
    bytesBpe(
      sequence(
        'pretokenizers',
        { type: 'Punctuation', behavior: 'Contiguous' },
        byteLevel(),
        { type: 'Digits', individual_digits: false },
        split({ Regex: '[0-9][0-9][0-9]' }, 'Isolated'),
      ),
    ),
  ...Object.fromEntries(
    ['Removed', 'Isolated', 'MergedWithPrevious', 'MergedWithNext', 'Contiguous'].flatMap((behavior) =>
      [false, true].map((invert) => [
        `Split at digits: ${behavior}${invert ? ', inverted' : ''}`,
        () => bytesBpe(sequence('pretokenizers', split({ Regex: '[0-9]' }, behavior, invert), BYTES)),
      ]),
    ),
  ),
  'Split at a string, merged': () =>
    bytesBpe(sequence('pretokenizers', split({ String: ' ' }, 'MergedWithPrevious'), BYTES)),
  'metaspace BPE of Llama 2: prefix and replaced blanks': () =>
    metaspaceBpe({
      normalizer: sequence(
        'normalizers',
        { type: 'Prepend', prepend: '\u2581' },
        { type: 'Replace', pattern: { String: ' ' }, content: '\u2581' },
      ),
    }),
  'metaspace BPE of Mistral: first': () => metaspaceBpe(metaspace('first', false)),
  'metaspace BPE: always, cut': () => metaspaceBpe(metaspace('always', true)),
  'metaspace BPE: never': () => metaspaceBpe(metaspace('never', true)),
  'metaspace BPE of Gemma': () =>
    metaspaceBpe({
      normalizer: { type: 'Replace', pattern: { String: ' ' }, content: '\u2581' },
      pre_tokenizer: split({ String: ' ' }, 'MergedWithPrevious'),
      decoder: sequence(
        'decoders',
        { type: 'Replace', pattern: { String: '\u2581' }, content: ' ' },
        { type: 'ByteFallback' },
        { type: 'Fuse' },
      ),
    }),
  'metaspace BPE, unknown fused': () =>
    metaspaceBpe(
      {
        ...metaspace('always', true),
        decoder: { type: 'Metaspace', replacement: '\u2581', prepend_scheme: 'always', split: true },
      },
      { byte_fallback: false },
    ),
  'metaspace BPE, unknown apart': () =>
    metaspaceBpe(metaspace('always', true), { byte_fallback: false, fuse_unk: false }),
  'BPE with an end of words (CLIP)': () =>
    withAdded(
      withBytes({
        ...BASE,
        normalizer: sequence(
          'normalizers',
          { type: 'NFC' },
          { type: 'Replace', pattern: { Regex: '\\s+' }, content: ' ' },
          { type: 'Lowercase' },
        ),
        pre_tokenizer: sequence(
          'pretokenizers',
          split({ Regex: "'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+" }, 'Removed', true),
          byteLevel(),
        ),
        decoder: { type: 'BPEDecoder', suffix: '</w>' },
        model: { ...BPE, end_of_word_suffix: '</w>', unk_token: null },
      }),
      [token('Magic'), token('<s>', { special: true })],
    ),
  'Unigram of T5': () =>
    unigram({
      pre_tokenizer: sequence(
        'pretokenizers',
        { type: 'WhitespaceSplit' },
        { type: 'Metaspace', replacement: '\u2581', prepend_scheme: 'always', split: true },
      ),
      decoder: { type: 'Metaspace', replacement: '\u2581', prepend_scheme: 'always', split: true },
      normalizer: { type: 'NFKC' },
    }),
  'Unigram of XLM-R, older words': () =>
    unigram({
      normalizer: sequence(
        'normalizers',
        { type: 'Nmt' },
        { type: 'NFKC' },
        { type: 'Replace', pattern: { Regex: ' {2,}' }, content: ' ' },
      ),
      pre_tokenizer: { type: 'Metaspace', replacement: '\u2581', add_prefix_space: true, str_rep: '\u2581' },
      decoder: { type: 'Metaspace', replacement: '\u2581', add_prefix_space: true },
    }),
  'Unigram with a character map (SentencePiece)': () =>
    unigram({
      normalizer: sequence(
        'normalizers',
        { type: 'Precompiled', precompiled_charsmap: CHARSMAP },
        { type: 'Strip', strip_left: false, strip_right: true },
        { type: 'Replace', pattern: { Regex: ' {2,}' }, content: '\u2581' },
      ),
      pre_tokenizer: { type: 'Metaspace', replacement: '\u2581', prepend_scheme: 'always', split: true },
      decoder: { type: 'Metaspace', replacement: '\u2581', prepend_scheme: 'always', split: true },
    }),
  'letters, a character map': () => lettersOnly({ type: 'Precompiled', precompiled_charsmap: CHARSMAP }),
  'Unigram of bytes': () =>
    unigram(
      { pre_tokenizer: { type: 'Metaspace', replacement: '\u2581', prepend_scheme: 'first', split: false } },
      { byte_fallback: true },
    ),
  'WordPiece of BERT, uncased': () =>
    wordPiece({
      type: 'BertNormalizer',
      clean_text: true,
      handle_chinese_chars: true,
      strip_accents: null,
      lowercase: true,
    }),
  'WordPiece of BERT, cased': () =>
    wordPiece({
      type: 'BertNormalizer',
      clean_text: true,
      handle_chinese_chars: true,
      strip_accents: null,
      lowercase: false,
    }),
  'WordPiece, accents stripped': () =>
    wordPiece(
      sequence('normalizers', { type: 'NFD' }, { type: 'Lowercase' }, { type: 'StripAccents' }),
      sequence('pretokenizers', { type: 'Whitespace' }, { type: 'Punctuation' }),
    ),
  'WordLevel, Whitespace': () =>
    wordLevel({ normalizer: { type: 'Lowercase' }, pre_tokenizer: { type: 'Whitespace' } }),
  'WordLevel, WhitespaceSplit and stripped': () =>
    wordLevel({
      normalizer: { type: 'Strip', strip_left: true, strip_right: false },
      pre_tokenizer: { type: 'WhitespaceSplit' },
    }),
  'WordLevel, CharDelimiterSplit': () => wordLevel({ pre_tokenizer: { type: 'CharDelimiterSplit', delimiter: ',' } }),
  'WordLevel, Punctuation merged with what follows': () =>
    wordLevel({
      pre_tokenizer: sequence(
        'pretokenizers',
        { type: 'WhitespaceSplit' },
        { type: 'Punctuation', behavior: 'MergedWithNext' },
      ),
    }),
  'letters, NFC': () => lettersOnly({ type: 'NFC' }),
  'letters, NFD': () => lettersOnly({ type: 'NFD' }),
  'letters, NFKC': () => lettersOnly({ type: 'NFKC' }),
  'letters, NFKD': () => lettersOnly({ type: 'NFKD' }),
  'letters, Strip': () => lettersOnly({ type: 'Strip', strip_left: true, strip_right: true }),
  'letters, Replace of several': () => lettersOnly({ type: 'Replace', pattern: { Regex: '[aeiou]+' }, content: 'xyz' }),
  'letters, Replace at the beginning of lines': () =>
    lettersOnly({ type: 'Replace', pattern: { Regex: '^' }, content: 'x' }),
  'letters, ByteLevel as a normaliser': () => lettersOnly({ type: 'ByteLevel' }),
};
