// Values that are told in more than one form (times of the day, measures, sums with hundredths, round numbers, shares),
// and numbers that are only a part of such a value, which does not say them.
import { describe, expect, it } from '@jest/globals';
import { holds, valueOf, valueWithin } from '#core/words/value.ts';
import { check, table } from '#test/support/held-values.ts';

describe('times of the day', () =>
  check([
    ['14:30', 'The shift starts at 2:30 pm.', true],
    ['2:30 pm', 'The shift starts at 14:30.', true],
    ['2:30 p.m.', 'The shift starts at 14:30.', true],
    ['14:30', 'The shift starts at 2.30pm.', true],
    ['2:30 pm', 'We meet at half past two.', true],
    ['14:30', 'We meet at half past two in the afternoon.', true],
    ['14:30', 'We meet at half past two in the morning.', false],
    ['8:45', 'We meet at quarter to nine.', true],
    ['06:15', 'We meet at a quarter past six.', true],
    ['4:50', 'We meet at ten to five.', true],
    ['12:00', 'She was born at noon.', true],
    ['00:00', 'She was born at midnight.', true],
    ['12:00 am', 'She was born at midnight.', true],
    ['12:00 pm', 'She was born at 12:00 am.', false],
    ['14:30', 'Opens at 02:30.', false],
    ['14:30', 'Opens at 2:30 am.', false],
    ['14:30', 'Opens at 14:30:00.', true],
    ['14:30', 'Opens at 14h30.', true],
    ['14:30', 'Opens at 14.30 Uhr.', true],
    ['8:00', "Opens at 8 o'clock.", true],
    ['08:00', 'Opens at 8 am.', true],
    ['08:00', 'Opens at 8 pm.', false],
    ['14:30', 'Opens at 14:35.', false],
    ['14:30', 'Opens at 4:30.', false],
    ...table(
      '14:30',
      ['halb drei nachmittags', 'à 14 h 30', '下午两点半', '午後2時30分', '오후 2시 30분', 'two thirty pm'],
      ['halb vier', '14-31', '15:30'],
    ),
    ...table('las dos y media', ['a las 2:30', '14:30'], ['two and a half']),
  ]));

describe('measures', () =>
  check([
    ['5 km', 'The way to school is 5000 m.', true],
    ['5 km', 'The way to school is 5,000 metres.', true],
    ['5 km', 'The way to school is five kilometres.', true],
    ['five kilometers', 'The way to school is 5 km.', true],
    ['5 km', 'The way to school is 5 m.', false],
    ['5 km', 'The way to school is 5 miles.', false],
    ['5 km', 'The way to school is 50 km.', false],
    ['5 km', 'The way to school is 0.5 km.', false],
    ['0.5 km', 'The way to school is 500 m.', true],
    ['180 cm', 'She is 1.80 m tall.', true],
    ['180 cm', 'She is 1,80 m tall.', true],
    ['180 cm', 'She is 1 m 80 tall.', true],
    ['1.80 m', 'She is 1.8 metres tall.', true],
    ['1.80 m', 'She is 181 cm tall.', false],
    ['180 cm', 'She is 180 mm tall.', false],
    ['72 kg', 'He weighs 72 kilograms.', true],
    ['72 kg', 'He weighs 72000 g.', true],
    ['72 kg', 'He weighs 72kg.', true],
    ['72 kg', 'He weighs 72 lb.', false],
    ['72 kg', 'She weighs seventy-two kilos.', true],
    ['1.5 l', 'It holds 1500 ml.', true],
    ['1500 ml', 'It holds 1.5 litres.', true],
    ['1.5 hours', 'It takes 90 minutes.', true],
    ['90 min', 'It takes 1 h 30 min.', true],
    ['38.5 degrees Celsius', 'Her temperature was 38.5 °C.', true],
    ['38.5 °C', 'Her temperature was 38.5 °F.', false],
    ['6\'2"', 'He is 6 ft 2 in tall.', true],
    ...table('5 km', ['5公里', 'fünf Kilometer', 'cinco kilómetros'], ['5 kg', '15 km']),
    ...table('30 min', ['30 minutes'], ['1 h 30 min']),
    ...table('5 inches', ['5 in long'], ['5 in total']),
    ...table('50 km/h', ['50 kmh'], ['50 km']),
  ]));

describe('hundredths of a sum', () =>
  check([
    ['EUR 12.50', 'It costs 12 euros 50.', true],
    ['EUR 12.50', 'It costs 1250 cents.', true],
    ['12 euros 50', 'It costs €12.50.', true],
    ['EUR 12.50', 'It costs 12,50 €.', true],
    ['€12.50', 'It costs 12 euros and 50 cents.', true],
    ['€12.50', 'It costs twelve euros fifty.', true],
    ['EUR 12.50', 'It costs 12 euros.', false],
    ['EUR 12.50', 'It costs 1250 euros.', false],
    ['EUR 12.50', 'It costs $12.50.', false],
    ['EUR 12.50', 'It costs 12 euros 5.', false],
    ['$0.99', 'It costs 99 cents.', true],
    ['£0.99', 'It costs 99p.', true],
    ['£12.50', 'It costs 12 pounds 50.', true],
    ['$12.50', 'It costs 12 dollars and 50 cents.', true],
    ...table('€12', ['12 euros 50 times'], ['12 euros 50.']),
    ...table('US$ 5', ['USD 5', '$5'], ['CAD 5', 'A$5']),
  ]));

describe('round numbers and shares', () =>
  check([
    ['500,000', 'He owes half a million.', true],
    ['half a million', 'He owes 500,000.', true],
    ['€500,000', 'He owes half a million euros.', true],
    ['two dozen', 'He has 24 cows.', true],
    ['24', 'He has two dozen cows.', true],
    ['12', 'He has a dozen cows.', true],
    ['6', 'He has half a dozen cows.', true],
    ['1.2 million', 'He earned 1,200,000.', true],
    ['1200000', 'He earned 1.2 million.', true],
    ['$1,200,000', 'He earned 1.2m dollars.', true],
    ['$1,200,000', 'He earned $1.2M.', true],
    ['1.5 million', 'He earned one and a half million.', true],
    ['80,000', 'He earned 80k.', true],
    ['1.2 million', 'He earned 1.2 billion.', false],
    ['1,000,000', 'He earned a million.', true],
    ['1,000,000', 'He earned half a million.', false],
    ['2', 'He earned 2 million.', false],
    ['3/4', 'He has three quarters of the shares.', true],
    ['50%', 'He has 50 percent of the shares.', true],
    ['½', 'He has 1/2 of the shares.', true],
    ['2.5', 'He has two and a half acres.', true],
    ['2.5', 'He has 2½ acres.', true],
    ['20', 'He has a score of sheep.', false],
    ['2', 'It was the second time.', false],
    ...table(
      '500000',
      ['eine halbe Million', 'un demi-million', 'medio millón', 'mezzo milione', 'meio milhão'],
      ['half'],
    ),
    ...table('1500000', ['anderthalb Millionen'], ['1.5']),
    ...table('24', ['zwei Dutzend', 'deux douzaines', 'dos docenas'], ['dozens']),
    ...table('2/3', ['⅔', 'two thirds'], ['2.3', '0.67']),
    ...table('2½', ['2.5', '2 1/2'], ['21/2', '1/2']),
    ...table('1/2', ['½'], ['15½']),
  ]));

describe('numbers and what they are part of', () =>
  check([
    ['12', 'He was born on 1975-12-30.', false],
    ['30', 'He was born on 1975-12-30.', false],
    ['30', 'He was born on 30 December 1975.', false],
    ['12', 'It costs €12.50.', false],
    ['50', 'It costs €12.50.', false],
    ['12', 'Call +49 30 12 34 567.', false],
    ['12', 'Meet at 12:45.', false],
    ['45', 'Meet at 12:45.', false],
    ['3704', 'IBAN DE89 3704 0044 0532 0130 00', false],
    ['00', 'IBAN DE89 3704 0044 0532 0130 00', false],
    ['250', 'The number is 1,250.', false],
    ['1', 'The number is 1,250.', false],
    ['12', 'Mail ann12@example.org', false],
    ['12', 'His address is 192.168.12.1', false],
    ['12', 'He is 12 years old.', true],
    ['12', 'Number 12, born 1975-12-30.', true],
    ['12', 'born on the 12th', true],
    ['1975-12-12', 'born 12 December 1975', true],
    ['1975-12-12', 'born December 1975', false],
    ['12', 'He lives at 12 Elm Street.', true],
    ['12', '12', true],
    ['12', 'The answer is 12.', true],
    ['12', 'Numbers: 11, 12, 13.', true],
    ['12-B', 'room 12-B', true],
    ['1975', 'born in 1975', true],
    ['AB-', 'AB- is his group', true],
    ['AB-', 'AB+ is his group', false],
    ['AB-', 'B- is his group', false],
    ['B-', 'AB- is his group', false],
    ['42', '他42岁', true],
    ['42', '他142岁', false],
  ]));

describe('a value that is a part in its own answer', () => {
  const answer = 'She was born on 12 December 1975.';
  it('is looked for as that part', () => {
    expect(holds('born on 1975-12-12', valueWithin(answer, '12'))).toBe('holds');
    expect(holds('born on 1975-11-13', valueWithin(answer, '12'))).toBe('absent');
  });

  it('is looked for by itself where it stands by itself', () => {
    expect(holds('born on 1975-12-12', valueWithin('She is 12.', '12'))).toBe('absent');
    expect(holds('she is twelve', valueWithin('She is 12.', '12'))).toBe('holds');
  });

  it('is the whole answer where nothing is marked', () =>
    expect(valueWithin(answer, undefined)).toEqual(valueOf(answer)));
});
