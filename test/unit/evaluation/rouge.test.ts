// ROUGE-L recall against the reference implementation (test/golden/metrics/make.py).
import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { porterStem } from '#evaluation/porter.ts';
import { rougeLRecall } from '#evaluation/rouge.ts';
import { ROOT } from '#test/support/shared.ts';

const Cases = z.array(z.object({ reference: z.string(), candidate: z.string(), recall: z.number() }));
const cases = Cases.parse(JSON.parse(readFileSync(join(ROOT, 'test/golden/metrics/rouge.json'), 'utf8')));

describe('ROUGE-L recall', () => {
  it.each(cases)('of "$candidate" against "$reference" is $recall', ({ reference, candidate, recall }) => {
    expect(rougeLRecall(reference, candidate)).toBeCloseTo(recall, 12);
  });

  it.each([
    'Она живёт в Самаре',
    '她住在上海市',
    'เขาเกิดที่เชียงใหม่',
    'هي تعيش في حلب',
    'वह पुणे में रहती है',
    '그는 대구에서 산다',
    'Zoë lives in Łódź',
    '👍🏽 🇳🇴',
  ])('of %j against itself is 1, and 0 against another text', (text) => {
    expect([rougeLRecall(text, text), rougeLRecall(text, 'Nothing of it')]).toEqual([1, 0]);
  });

  it.each([
    ['André Gomès', 'Andr Gom', 0],
    ['Она живёт в Самаре', 'Она жила в Омске', 0.5],
    ['她住在上海市', '她住在北京市', 4 / 6],
    ['Zoë enjoyed the days', 'Zoë enjoys the day', 1],
  ])('of %j against %j is %d', (reference, candidate, recall) => {
    expect(rougeLRecall(reference, candidate)).toBeCloseTo(recall, 12);
  });

  it.each([
    ['Jürgen Völler grew up in Düren', 'Jürgen Völler grew up in Düren'.normalize('NFD')],
    ['Nguyễn Thị Hoà teaches chemistry', 'Nguyễn Thị Hoà teaches chemistry'.normalize('NFD')],
    ['He works in finance', 'He works in ﬁnance'],
    ['Room 204 is hers', 'Ｒｏｏｍ ２０４ is hers'],
    ['Her dentist is retired', 'Her den\u00adtist is re\u200btired'],
  ])('of %j against the same text in another Unicode form is 1, both ways', (one, other) => {
    expect([rougeLRecall(one, other), rougeLRecall(other, one)]).toEqual([1, 1]);
  });

  it('is 1 for a text against itself and never above', () => {
    for (const { reference, candidate } of cases) {
      expect(rougeLRecall(reference, `${candidate} ${reference}`)).toBe(/[a-z0-9]/i.test(reference) ? 1 : 0);
    }
  });
});

describe('the stemmer', () => {
  it.each([
    ['days', 'day'],
    ['enjoyed', 'enjoy'],
    ['skies', 'sky'],
    ['dies', 'die'],
    ['happily', 'happili'],
    ['hopefully', 'hope'],
    ['theology', 'theolog'],
    ['controlling', 'control'],
    ['agreed', 'agre'],
    ['as', 'as'],
  ])('stems %s to %s as NLTK does', (word, stem) => {
    expect(porterStem(word)).toBe(stem);
  });
});
