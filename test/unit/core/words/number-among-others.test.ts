// A number beside others: what is a number of its own, and what is a part of another one.
import { describe, expect, it } from '@jest/globals';
import { holds, valueOf } from '#core/words/value.ts';

const says = (text: string, value: string): boolean => holds(text, valueOf(value)) === 'holds';

describe('a forgotten number', () => {
  it.each([
    ['ul. Długa 12/34', '12'],
    ['ul. Długa 12/34', '34'],
    ['Mariahilfer Straße 12/3/5, 1060 Wien', '12'],
    ['Długa 5/12', '12'],
    ['She takes 20 mg/day', '20 mg'],
    ['35 hours/week', '35 hours'],
    ['5 km/day', '5 km'],
    ['She pays 800 euros, 50 of which is heating.', '800 euros'],
    ['She pays 800 euros, 20 in taxes.', '800'],
    ['Her phone is +44 20 7946 0958. 42 years old.', '42'],
    ['+49 30 1234567 (12 High Street)', '12'],
    ['Children: Tom 12, April 9', '12'],
    ['Her son is 12, May is 9.', '12'],
    ['He was 10 to 12 years old', '12'],
    ['Sie wohnt im Haus 6 am Marktplatz', '6'],
    ['**20** mg', '20 mg'],
    ['20\nmg', '20 mg'],
  ])('in %j is found: %j', (text, value) => expect(says(text, value)).toBe(true));

  it.each([
    ['1975-12-30', '12'],
    ['at 12:30', '12'],
    ['50 km/h', '50 km'],
    ['Hauptstr. 1/2', 'Hauptstr. 12/24'],
    ['Long Lane 3/4', 'Long Lane 6/8'],
    ['6/17', '12/34'],
    ['192.168.12.1', '12'],
  ])('in %j is not: %j', (text, value) => expect(says(text, value)).toBe(false));

  it('is looked for among thousands in time that grows with their number', () => {
    expect(says('1 '.repeat(6_000), '12')).toBe(false);
  });
});
