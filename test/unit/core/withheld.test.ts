// The sentence in place of a withheld answer: says nothing of why, in whatever language an installation writes it.
import { describe, expect, it } from '@jest/globals';
import { WITHHELD, WithheldAnswer } from '#core/withheld.ts';

describe('the sentence in place of a withheld answer', () => {
  it.each([
    WITHHELD,
    'I cannot answer that.',
    'Dazu gibt es hier keine Auskunft.',
    'Je ne peux pas répondre à cette question.',
    'A esto no puedo contestar.',
    'お答えできません。',
    'Na to pytanie nie odpowiem.',
    'The employer of the valley is courteous.',
  ])('may be %j', (text) => expect(WithheldAnswer.parse(text)).toBe(text));

  it.each([
    'This answer is withheld while a request for deletion is carried out.',
    'The person has asked to be forgotten.',
    'Not available under the GDPR.',
    'For legal reasons there is no answer.',
    'Diese Daten werden gerade gelöscht.',
    'Diese Daten werden gerade gelo\u0308scht.',
    'Cette personne exerce son droit à l’oubli.',
    'Los datos se están borrando.',
    '該当の情報は削除されます。',
    'Данные удалены.',
  ])('may not tell of a request: %j', (text) => {
    expect(WithheldAnswer.safeParse(text).error?.issues[0]?.message).toContain('it tells others');
  });

  it.each(['', '  ', 'two\nlines', 'turned \u202e', 'x'.repeat(201)])('is one short line, not %j', (text) => {
    expect(WithheldAnswer.safeParse(text).success).toBe(false);
  });
});
