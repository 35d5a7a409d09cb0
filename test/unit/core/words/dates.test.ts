// Dates in the texts that hold them, in every usual form of many languages, and in texts that only seem to.
import { describe, expect, it } from '@jest/globals';
import { valueOf } from '#core/words/value.ts';
import { check, table } from '#test/support/held-values.ts';

describe('dates', () => {
  check([
    ...table(
      '4 May 1991',
      [
        'May 4, 1991',
        'on the 4th of May, 1991',
        'the fourth of May 1991',
        '04/05/1991',
        '4.5.91',
        '1991-05-04',
        '1991/05/04',
        '4. Mai 1991',
        '4 mai 1991',
        '4 de mayo de 1991',
        '4 maggio 1991',
        '4 de maio de 1991',
        '4 mei 1991',
        '4 maja 1991 r.',
        '1991年5月4日',
        '1991년 5월 4일',
        '4 May nineteen ninety-one',
        '4\u00a0May\u00a01991',
      ],
      ['May 1991', '4 May', '4 May 1992', '14 May 1991', '4 June 1991', '1991'],
    ),
    ...table(
      '17 October 1968',
      [
        '1968. október 17-én',
        '1968 m. spalio 17 d.',
        '17 أكتوبر 1968',
        '١٧ أكتوبر ١٩٦٨',
        '17 באוקטובר 1968',
        '१७ अक्टूबर १९६८',
        '17 Oktober 1968',
        '17. listopada 1968.',
        '17 кастрычніка 1968',
        '17 жовтня 1968',
        '17.X.1968',
        '17-x-1968',
        '17-OCT-68',
        '17/Oct/68',
        "17 October '68",
        '一九六八年十月十七日',
        '昭和43年10月17日',
        '昭和四十三年十月十七日生まれ',
        '民國57年10月17日',
      ],
      ['17 October 69', '68 people on 17 October', '昭和44年10月17日', '平成43年10月17日', '17.IX.1968', '7.X.1968'],
    ),
    ...table('令和元年5月4日', ['4 May 2019', '令和1年5月4日'], ['4 May 2020']),
    ...table('05/04/1991', ['4 May 1991', '5 April 1991'], ['4 May 1990']),
    ...table('12. März 1984', ['12 March 1984', '12 mars 1984', '12 marca 1984', '12 maart 1984'], ['12 May 1984']),
    ...table(
      '21 August',
      ['August 21st', 'the twenty-first of August', '21.08.', '21 août', '21 August 1990'],
      ['21 days in August', 'August'],
    ),
    ...table('March 1984', ['03/1984', 'in März 1984', '12 March 1984'], ['March', '1984']),
    ...table('30/06/1975', ['30 June 1975', '1975-06-30'], ['1975-06-03']),
  ]);

  it('is no date where the day does not exist', () => {
    expect(valueOf('31/02/1991')).not.toMatchObject({ type: 'date' });
  });
});
