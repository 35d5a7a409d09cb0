// What the post-processor of tokenizer.json adds before and after a single text. Trap: only ids are taken from it. It
// may also trim blanks from offsets, which would hide the token that a blank belongs to, so offsets are left alone.
import { tokenizerInvalid } from './invalid.ts';
import { flattened, PostProcessor, readPart } from './json.ts';

export interface Specials {
  before: number[];
  after: number[];
}

/** In a Sequence, later processors are put around what earlier ones made. */
export const specialsOf = (json: unknown): Specials =>
  flattened(json, 'processors')
    .map((part) => ofPart(readPart('post_processor', PostProcessor, part)))
    .reduce(
      (inner, { before, after }) => ({ before: [...before, ...inner.before], after: [...inner.after, ...after] }),
      {
        before: [],
        after: [],
      },
    );

const ofPart = (part: PostProcessor): Specials => {
  switch (part.type) {
    case 'ByteLevel':
      return { before: [], after: [] };
    case 'BertProcessing':
    case 'RobertaProcessing':
      return { before: [part.cls[1]], after: [part.sep[1]] };
    case 'TemplateProcessing':
      return ofTemplate(part);
  }
};

const ofTemplate = ({ single, special_tokens }: Extract<PostProcessor, { type: 'TemplateProcessing' }>): Specials => {
  const texts = single.filter((place) => 'Sequence' in place).length;
  if (texts !== 1) throw tokenizerInvalid(`post_processor 'TemplateProcessing' has ${texts} places for a single text`);
  const at = single.findIndex((place) => 'Sequence' in place);
  const ids = (places: typeof single) =>
    places.flatMap((place) => {
      if (!('SpecialToken' in place)) return [];
      const { id } = place.SpecialToken;
      const special = Object.hasOwn(special_tokens, id) ? special_tokens[id] : undefined;
      if (!special) throw tokenizerInvalid(`post_processor 'TemplateProcessing' does not say what '${id}' is`);
      return special.ids;
    });
  return { before: ids(single.slice(0, at)), after: ids(single.slice(at + 1)) };
};
