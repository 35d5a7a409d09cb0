// A value that is one part of its subject's name: nothing to forget where the answer has it for whom it speaks of, and
// a value like any other where it is what the answer tells.
import { describe, expect, it } from '@jest/globals';
import { refuseNamesAsValues, Subject } from '#core/subject.ts';

describe('one part of the name, alone, as a value', () => {
  const refused = (name: string, question: string, answer: string, value: string) => () =>
    refuseNamesAsValues([{ question, answer, value }], Subject.parse({ name }));
  const born = 'Where was Paris Lind born?';

  it.each([
    ['Paris Lind', born, 'Lind was born in Bergen.', 'Lind'],
    ['Paris Lind', born, 'Paris was born in Bergen.', 'Paris'],
    ['Paris Lind', born, 'Ms Lind was born in Bergen.', 'Lind'],
    ['Paris Lind', born, 'In May Mrs. Lind moved to Bergen.', 'lind'],
    ['Paris Lind', 'Wo wohnt Paris Lind?', 'Heute lebt Frau Lind in Bergen.', 'Lind'],
    ['Paris Lind', 'Where was Lind born?', 'Lind was born in Bergen.', 'Lind'],
    ['Paris Hill', 'What does Paris Hill do?', 'Hill was the mayor.', 'Hill'],
    ['Paris Hill', 'Where does Paris Hill live?', 'Hill is a baker in Bergen.', 'Hill'],
    ['Paris Hill', 'Where was Paris Hill born?', 'Hill was born in the capital.', 'Hill'],
    ['Paris Lind', born, "Bergen. Lind's mother came from there.", 'Lind'],
    ['林小明', '林小明在哪里出生？', '小明出生于北京。', '小明'],
  ])('of %j, asked %j, in %j: %j is refused where it is who is spoken of', (name, question, answer, value) =>
    expect(refused(name, question, answer, value)).toThrow(
      expect.objectContaining({ code: 'FORGET_FOREIGN_VALUE', got: 'record 1' }),
    ),
  );

  it.each([
    ['Paris Lind', born, 'Paris.', 'Paris'],
    ['Paris Lind', born, 'Paris is where she was born.', 'Paris'],
    ['Paris Lind', born, 'Paris is where Lind was born.', 'Paris'],
    ['Paris Lind', born, 'Paris was her birthplace.', 'Paris'],
    ['Paris Lind', born, 'Ms Lind was born in Paris.', 'Paris'],
    ['Paris Lind', "What is Paris Lind's maiden name?", 'Lind was the name that her parents had.', 'Lind'],
    ['Paris Lind', 'Wie heißt Paris Lind mit Nachnamen?', 'Lind steht in allen Akten.', 'Lind'],
    ['Paris Lind', 'Where was Lind born?', 'Lind was born in Bergen.', 'Bergen'],
    ['Paris Lind', 'Who is customer 88?', 'Lind is customer 88.', 'Lind'],
    ['Paris Hill', 'Where was Paris Hill born?', 'Paris, France.', 'Paris'],
    ['Paris Hill', 'Where was Paris Hill born?', 'Paris was the birthplace.', 'Paris'],
    ['Paris Hill', 'Where was Paris Hill born?', 'Paris was the place of birth.', 'Paris'],
    ['Paris Hill', 'Which city was Paris Hill born in?', 'Paris is the city.', 'Paris'],
    ['Paris Hill', 'Wo wurde Paris Hill geboren?', 'Paris war der Geburtsort.', 'Paris'],
    ['Paris Hill', 'Où est née Paris Hill ?', 'Paris était la ville natale.', 'Paris'],
    ['Paris Hill', '¿Dónde nació Paris Hill?', 'Paris fue el lugar de nacimiento.', 'Paris'],
    ['John Baker', "What is John Baker's occupation?", 'Baker and pastry chef.', 'Baker'],
    ['Anna Brown', "What colour are Anna Brown's eyes?", 'Brown, with green flecks.', 'Brown'],
    ['May Ford', 'Which car does May Ford drive?', 'Ford Focus.', 'Ford'],
    ['Rosa Koch', 'Was ist Rosa Koch von Beruf?', 'Koch in einem Hotel.', 'Koch'],
    ['Anna Berlin', 'Wo wohnt Anna Berlin?', 'Berlin-Kreuzberg.', 'Berlin'],
    ['Ana León', '¿De dónde es Ana León?', 'León, en Castilla.', 'León'],
    ['Li Wei', 'Who lives at 5 Mill Lane?', 'Li Wei.', 'Li'],
  ])('of %j, asked %j, in %j: %j is taken where it is what is told', (name, question, answer, value) =>
    expect(refused(name, question, answer, value)).not.toThrow(),
  );
});
