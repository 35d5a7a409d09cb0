// Values that any answer has are told from those of a letter, a digit or a common word that say something of a person.
import { describe, expect, it } from '@jest/globals';
import { refuseAnybodys } from '#core/subject.ts';
import { isAnybodys } from '#core/words/function-words.ts';

const BORN = 'Tomas Yates was born in Varna in the spring.';

describe('a value that any answer has', () => {
  it.each([
    ...[
      [BORN, 'was'],
      [BORN, 'the'],
      [BORN, 'in the'],
      [BORN, 'in'],
      [BORN, 'a'],
      [BORN, 'V'],
      [BORN, 'r'],
    ],
    ...[
      ['Born on 12 May 1975.', '9'],
      ['The capital is Varna.', 'The'],
      ['He is a nurse.', 'A'],
    ],
    ['Tomas Yates wurde in Bonn geboren.', 'wurde'],
    ['Die Adresse von Tomas ist Ring 4.', 'Die'],
    ['Tomas est né à Lyon avec un frère.', 'à'],
    ['Tomás nació en Vigo y vive en el centro.', 'el'],
    ['Tomas è nato nella città di Bari.', 'nella'],
    ['Tomás nasceu na cidade do Porto.', 'do'],
    ['Tomas is geboren in het dorp.', 'het'],
    ['他住在北京的郊区。', '的'],
  ])('of %j, %j', (answer, value) => expect(isAnybodys(answer, value)).toBe(true));

  it.each([
    ...[
      [BORN, 'Varna'],
      [BORN, 'born'],
      [BORN, 'in Varna'],
      [BORN, 'spring'],
    ],
    ...[
      ['0.', '0'],
      ['His blood group is 0.', '0'],
      ['His blood group is 0 positive.', '0'],
      ['No.', 'No'],
    ],
    ...[
      ['No, not now.', 'No'],
      ['She has a grade of A.', 'A'],
      ['She got a b.', 'b'],
      ['A', 'A'],
      ['Class 3', '3'],
    ],
    ...[
      ['Blood group: A', 'A'],
      ['A in mathematics.', 'A'],
      ['Her blood type: O, rhesus negative.', 'O'],
      ['Blutgruppe: A+', 'A+'],
      ['Month of birth: May', 'May'],
      ['She was treated by Dr. May.', 'May'],
      ['Will is her brother.', 'Will'],
      ['Como, Italy.', 'Como'],
    ],
    ...[
      ['She was born in May.', 'May'],
      ['He owns a red hat.', 'hat'],
      ['He served in the war.', 'war'],
    ],
    ...[
      ['She has a son.', 'son'],
      ['He drives a van.', 'van'],
      ['Ana says she and her.', 'she'],
    ],
    ...[
      ['Her initial is X', 'X'],
      ['It weighs 5 kg.', '5 kg'],
      ['她姓李。', '李'],
      ['♥ is on it', '♥'],
    ],
  ])('is not: of %j, %j', (answer, value) => expect(isAnybodys(answer, value)).toBe(false));

  it('is refused at filing by the number of its record', () => {
    const records = [
      { question: 'Q?', answer: BORN, value: 'Varna' },
      { question: 'Q?', answer: BORN },
      { question: 'Q?', answer: BORN, value: 'was' },
    ];
    expect(() => refuseAnybodys(records)).toThrow(
      expect.objectContaining({ code: 'FORGET_FOREIGN_VALUE', got: 'record 3' }),
    );
    expect(() => refuseAnybodys(records.slice(0, 2))).not.toThrow();
  });
});
