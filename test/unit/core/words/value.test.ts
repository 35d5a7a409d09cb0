// Values and the texts that hold them, in every usual form, with the texts that only seem to.
import { describe, expect, it } from '@jest/globals';
import { holds, occurrences, valueOf, type ValueType } from '#core/words/value.ts';
import { check, table } from '#test/support/held-values.ts';

describe('words', () => {
  check([
    ...table(
      'Quillgate',
      [
        'She lives in quillgate.',
        'QUILLGATE!',
        'Quill\u200bgate',
        'Qu\u00adillgate',
        'Quillgat\u0435', // Cyrillic е
        'Quιllgate', // Greek ι
        'ＱＵＩＬＬＧＡＴＥ',
        '𝐐𝐮𝐢𝐥𝐥𝐠𝐚𝐭𝐞',
        '🅠🅤🅘🅛🅛🅖🅐🅣🅔',
        'ꞯᴜɪʟʟɢᴀᴛᴇ',
        'Q u i l l g a t e',
        'Q.u.i.l.l.g.a.t.e.',
        'Q-u-i-l-l-g-a-t-e',
        'Quillgate’s mill',
        'in Quillgate\u200bwhere',
        'Q\u0335u\u0335i\u0335l\u0335l\u0335g\u0335a\u0335t\u0335e\u0335',
        '\u202eQuillgate\u202c',
      ],
      ['Quillgates', 'Quill gate', 'Tranquillgate', 'Quillgat'],
    ),
    ...table('Ann', ['Ann.', 'ANN', 'Ann’s', 'A n n'], ['Annual report', 'Anna', 'J o h a n n a', 'Hann', 'Jo-Anna']),
    ...table('Paris', ['PARIS', 'in Paris,'], ['a comparison', 'Parisian', 'paris2024']),
    ...table(
      'Port Elm',
      ['PORT-ELM', 'Port  Elm.', 'Port\nElm', 'P o r t  E l m'],
      ['Port Elmsford', 'Airport Elm', 'Elm Port'],
    ),
    ...table('O’Neill', ["O'Neill", 'ONeill', 'O’NEILL’s', 'O Neill'], ['Neill', 'ONeills']),
    ...table('Łódź', ['Lodz', 'ŁÓDŹ', 'Ło\u0301dz\u0301'], ['Lodzer']),
    ...table('Jürgen', ['Jurgen', 'Juergen', 'JU\u0308RGEN'], ['Jorgen', 'Jürgens']),
    ...table('Soerensen', ['Sørensen', 'SØRENSEN'], ['Sorenson']),
    ...table('Straße', ['STRASSE', 'Strasse'], ['Strassen']),
    ...table('Diyarbakır', ['DİYARBAKIR', 'diyarbakir', 'Diyarbakır’da'], ['Diyarbakirli']),
    ...table('C++', ['in C++.', 'C ++'], ['C', 'C+', 'C#']),
    ...table('R&D', ['R & D'], ['R D']),
    ...table('45 %', ['45%', '45 percent', 'forty-five percent', '４５％'], ['45 years', '45.5 %']),
    ...table('58 Mill Lane', ['fifty-eight Mill Lane', '58, mill lane'], ['58 Mill Road', '158 Mill Lane']),
    ...table('72 kg', ['72kg', '72 KG'], ['72 cm', '172 kg']),
  ]);

  check([
    ...table('京都', ['彼は京都に住む。', '京 都', '京都'], ['京、都', '东京']),
    ...table('李明', ['李明住在上海。', '我叫李明'], ['李。明天', '李小明']),
    ...table('アンナ', ['アンナは', 'ｱﾝﾅ'], ['アン']),
    ...table('เชียงใหม่', ['เขาเกิดที่เชียงใหม่ครับ'], ['เชียงราย']),
    ...table('부산', ['그는 부산에서 태어났다.', '부산'], ['남부산', '서울에서']),
    ...table('김민준', ['김민준은', '김민준'.normalize('NFD')], ['김민지']),
    ...table('हिन्दी', ['वह हिन्दी बोलता है'], ['हिन्द']),
    ...table('Омск', ['в ОМСК.'], ['в Омске']),
    ...table('القاهرة', ['ولد في القاهرة', 'بالقاهرة', 'للقاهرة', 'القَاهِرَة'], ['قاهرية']),
    ...table('חיפה', ['בחיפה', 'הוא נולד בחיפה', 'חֵיפָה'], ['חיפאי']),
  ]);
});

describe('numbers', () => {
  check([
    ...table(
      '1,250',
      ['1250 euro', '1.250', '1 250', '1’250', '1\u202f250', '١٢٥٠', 'twelve hundred and fifty', '1250.00'],
      ['125', '12,50', '1,250,000', '11250'],
    ),
    ...table('12', ['12 of them', 'twelve', 'zwölf', 'the 12th', '12kg'], ['2012', '12.5', '120', '12a']),
    ...table(
      '42',
      [
        'forty-two',
        'zweiundvierzig',
        'quarante-deux',
        'cuarenta y dos',
        'quarantadue',
        'quarenta e dois',
        'tweeënveertig',
        'czterdzieści dwa',
      ],
      ['402', '4 2nd', 'forty'],
    ),
    ...table('77', ['soixante-dix-sept', 'siebenundsiebzig'], ['17']),
    ...table('95', ['quatre-vingt-quinze', 'ninety-five'], ['80']),
    ...table('thirty-one', ['31', 'einunddreißig'], ['30', '1']),
    ...table('3.5', ['3,5', '3.50'], ['35', '3.45']),
    ...table('-5', ['it was -5 outside', '−5'], ['5 people', '4-5']),
    ...table(
      '36',
      ['三十六歳', '年龄36', '参加者は三十六人', '叁'.replace('叁', '參拾陸')],
      ['三六計', '十分', '三百六十', '百三十六'],
    ),
    ...table('1250', ['一千二百五十元', '一二五〇'], ['一千二百五', '一万二千五百']),
    ...table('3/4', ['¾', '3⁄4 of it'], ['¼', '3.4']),
    ...table('1', ['1 child'], ['one of them', 'un']),
    ...table('2000000', ['2 million', '2.000.000', 'two million'], ['2']),
  ]);
});

describe('sums of money', () => {
  check([
    ...table(
      '€3,400',
      ['3400 EUR', '3.400,00 €', '3400 euros', 'EUR 3400', 'paid 3400', 'three thousand four hundred euros', '3400eur'],
      ['$3,400', '€34', '3400 pounds', '3400.50 €'],
    ),
    ...table(
      '$340,000',
      ['$340k', '340K USD', '0.34 million dollars', '$0.34M', '0.34m dollars', '0,34 Mio. $', '34万$'],
      ['$340', '340 km', '$340M', '34 k'],
    ),
    ...table('$340k', ['340,000 dollars'], ['340 dollars', '340 km', '$340']),
    ...table('₹ 700,000', ['7 lakh rupees', 'Rs 7,00,000'], ['7 crore rupees']),
    ...table('₩2,600,000', ['260만원', '260만 원', '2600000 won'], ['260원']),
    ...table('2.1 billion euros', ['€2.1bn', '€2.1B', '2,1 Mrd. Euro', '21亿€'], ['€2.1m']),
    ...table('480000 ₽', ['480 тыс. руб.', '0,48 млн рублей'], ['480 руб.']),
    ...table('$5', ['5 dollars', 'US$ 5', 'CAD 5'], ['£5', '$50']),
    ...table('CAD 5', ['$5'], ['USD 5']),
    ...table('1.5 million CHF', ['CHF 1,500,000', '1.500.000 Franken'], ['1.5 CHF']),
  ]);
});

describe('telephone numbers', () => {
  check([
    ...table(
      '+43 660 7654321',
      ['0660/7654321', '+436607654321', '0043 660 7654321', '(0660) 765 43 21', '+43 (0)660 765-4321'],
      ['+49 660 7654321', '0660 7654320', '660'],
    ),
    ...table('030 2345678', ['+49 30 2345678', '030/234-5678', '0302345678'], ['040 2345678', '130 2345678']),
    ...table('555 9081', ['555-9081', '5559081', 'call 555 9081 12 times', '555.9081'], ['555 908', '9081']),
    ...table('9081', ['at 555 9081'], ['19081', '90812']),
    ...table('+1 (212) 555-0187', ['212-555-0187', '1 212 555 0187', '212.555.0187'], ['+44 212 555 0187']),
  ]);
});

describe('codes, addresses and short values', () => {
  check([
    ...table(
      'AT611904300234573201',
      ['AT61 1904 3002 3457 3201', 'at61-1904-3002-3457-3201'],
      ['AT61 1904 3002 3457 3202', 'AT61'],
    ),
    ...table('P 4366918 B', ['P4366918B', 'P-4366918-B'], ['4366918', 'P4366918C']),
    ...table(
      'kim.loe@post.example',
      [
        'KIM.LOE@POST.EXAMPLE',
        'mailto:kim.loe@post.example.',
        'Write to kim.loe@post.example. Then wait.',
        'kim.loe (at) post (dot) example',
        'kim.loe at post dot example',
        'kim dot loe at post dot example',
        'Her address is kim (dot) loe (at) post (dot) example',
        'behind the dot kim.loe at post.example',
        'kim punto loe arroba post punto example',
      ],
      ['kim dot loe', 'tim dot loe at post dot example', 'loe@post.example', 'kim.loe@post.example.org', 'kim.loe'],
    ),
    ...table(
      'B+',
      [
        'blood group B+.',
        'B positive',
        'B Rh+',
        'B pos.',
        'Rh: B (D)+',
        'B plus',
        'B型Rh陽性',
        '血型B型，RhD阳性',
        'B형 Rh 양성',
      ],
      ['B minus', 'B型Rh阴性', 'B', 'AB+', 'B-', 'B+C'],
    ),
    ...table(
      'A-',
      ['type A-', 'A negative', 'A Rh negative', 'type A minus'],
      ['A minus point', 'A-level', 'A negative answer', 'AB-', 'A'],
    ),
    ...table('0+', ['O+', 'O Rh+', '0 positiv'], ['10+', 'O']),
    ...table('X', ['marked X', '(x)'], ['Xavier', 'X-ray', "X'mas", 'x+1']),
    ...table('7', ['room 7', 'seven'], ['17', '7.5']),
    ...table('🦀', ['I like 🦀!', '🦀🦀'], ['🦐']),
    ...table('👋🏾', ['👋', '👋🏻'], ['🤚']),
    ...table('🇳🇴', ['go 🇳🇴'], ['🇫🇮', '🇴🇳']),
  ]);

  it.each([
    ['—', 'nothing-to-look-for'],
    ['  ', 'nothing-to-look-for'],
    ['\u200b', 'nothing-to-look-for'],
    ['?', 'nothing-to-look-for'],
    ['A', 'one-letter-word'],
    ['i', 'one-letter-word'],
  ])('cannot test %j and says why', (value, why) => {
    expect(valueOf(value)).toMatchObject({ testable: false, why });
    expect(holds('A text, any at all?', valueOf(value))).toBe('not-testable');
  });

  it.each<[string, ValueType, boolean]>([
    ['4 May 1991', 'date', true],
    ['Varga', 'date', false],
    ['12', 'phone', false],
    ['Ada Lowe', 'name', true],
  ])('takes %j as a %s: %s', (value, type, testable) => expect(valueOf(value, type).testable).toBe(testable));

  it.each([['Lowe, Ada'], ['Ada M. Lowe'], ['A. Lowe'], ['ADA LOWE']])('meets the name Ada Lowe in %j', (text) =>
    expect(holds(text, valueOf('Ada Lowe', 'name'))).toBe('holds'),
  );
});

describe('places', () => {
  it.each([
    [
      'He lives in São Paulo, São Paulo!',
      'Sao Paulo',
      [
        [12, 21],
        [23, 32],
      ],
    ],
    ['In Sa\u0303o Paulo.', 'São Paulo', [[3, 13]]],
    ['V\u200ba r\u00adna', 'Varna', []],
    ['born on 4 May 1991.', '1991-05-04', [[8, 18]]],
    ['Call +43 (0)660 765-4321 now', '0660 7654321', [[5, 24]]],
    ['𝐊𝐢𝐦 is here', 'Kim', [[0, 6]]],
    ['他出生于北京市', '北京', [[4, 6]]],
    ['V a r g a said', 'Varga', [[0, 9]]],
    [
      '42 and forty-two',
      '42',
      [
        [0, 2],
        [7, 16],
      ],
    ],
  ])('in %j of %j are %j', (text, value, spans) => {
    expect(occurrences(text, valueOf(value))).toEqual(spans);
  });
});
