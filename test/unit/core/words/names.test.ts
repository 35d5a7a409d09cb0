// Names: when two are one, and when a text speaks of somebody.
import { describe, expect, it } from '@jest/globals';
import { couldBeOne, nameKey, sameName } from '#core/words/names.ts';
import { mentions, partsOf } from '#core/words/subject.ts';

describe('two names', () => {
  it.each([
    ['Legal.Filer', 'legal.filer'],
    ['legal.filer', 'legalfiler'],
    ['legal.filer', 'legal\u200b.filer'],
    ['legal.filer', 'leg\u0430l.filer'],
    ['LEGAL.FILER', 'LΕGAL.FILΕR'], // Greek capitals
    ['Ada Núñez', 'ADA NUNEZ'],
    ['Ada Nu\u0301n\u0303ez', 'Ada Núñez'],
    ['ａｄａ', 'ada'],
    ['Нина', 'НИНА'],
    ['Νίκος', 'ΝΙΚΟΣ'],
    ['kim-lee', 'Kim Lee'],
  ])('%j and %j are one', (a, b) => expect([sameName(a, b), sameName(b, a)]).toEqual([true, true]));

  it.each([
    ['legal.filer', 'legal.filer2'],
    ['legal.lou', 'legal.loup'],
    ['dora', 'nora'],
    ['legal.1', 'legal.2'],
    ['李明', '李民'],
  ])('%j and %j are two', (a, b) => expect(sameName(a, b)).toBe(false));

  it.each([
    ['legal.loewe', 'legal.löwe'],
    ['legal.filer', 'legaI.filer'],
    ['legal.filer', 'IegaI.fiIer'],
    ['legal.filer', 'lega|.f1ler'],
    ['legal.filer', 'legal.fi!er'],
    ['LEGAL FILER', '1egal.filer'],
    ['olaf', '0laf'],
    ['nils.lowe', 'ni1s.lowe'],
    ['kim.berg', 'kirn.berg'],
    ['wim.lowe', 'vvim.lowe'],
    ['legal.filer', 'leg\u0430l.filer'],
    ['\u0406an', 'lan'], // Cyrillic
    ['\u0399an', 'lan'], // Greek
    ['\u2160an', 'lan'], // a numeral
    ['\uff29an', 'lan'], // full width
    ['user00', 'useroo'],
    ['user100', 'userloo'],
  ])('%j and %j could be one where two people are asked for', (a, b) => {
    expect([couldBeOne(a, b), couldBeOne(b, a)]).toEqual([true, true]);
  });

  it.each([
    ['legal.1', 'legal.2'],
    ['legal.10', 'legal.20'],
    ['nils', 'niels'],
    ['kai', 'kal'],
    ['Ida', 'Lda'],
    ['nina', 'nlna'],
    ['user1', 'user2'],
    ['IB', 'LB'],
    ['IAN', 'LAN'],
    ['MIA', 'MLA'],
    ['ILSE', 'LISE'],
  ])('%j and %j could not', (a, b) => expect(couldBeOne(a, b)).toBe(false));

  it('are told apart in a register, though they look alike', () => {
    expect([sameName('Arne Lowe', 'Ame Lowe'), couldBeOne('Arne Lowe', 'Ame Lowe')]).toEqual([false, true]);
  });

  it('have one key in capitals and in small letters', () => {
    expect([nameKey('Нина Ковач'), nameKey('Ada B. Lowe')]).toEqual([nameKey('НИНА КОВАЧ'), nameKey('ADA B LOWE')]);
  });
});

describe('a text', () => {
  it.each([
    ['Where was Ada Lowe born?', true],
    ['ADA LOWE’s house', true],
    ['Lowe, Ada: gardener', true],
    ['Ada M. Lowe', true],
    ['A. Lowe works here', true],
    ['\u0410da L\u043ewe', true],
    ['Ada Lowell', false],
    ['Ada was here, and so, after a long time, was Lowe', false],
    ['B. Lowe', false],
    ['adalowe', false],
  ])('%j speaks of Ada Lowe: %s', (text, speaks) => expect(mentions(text, 'Ada Lowe')).toBe(speaks));

  it('speaks of one whose script sets no borders', () => {
    expect([mentions('请问李小龙住在哪里？', '李小龙'), mentions('请问李大龙住在哪里？', '李小龙')]).toEqual([
      true,
      false,
    ]);
  });

  it('gives the parts of a name that may stand for it', () => {
    expect(partsOf(['Ada J. van der Lowe', 'Adi Lowe']).map(({ part }) => part)).toEqual([
      'ada',
      'van',
      'der',
      'lowe',
      'adi',
    ]);
  });
});
