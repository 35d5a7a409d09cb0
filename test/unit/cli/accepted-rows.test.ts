// Rows that are accepted by their ids, which have the name of their file in them, commas and blanks included.
import { expect, it } from '@jest/globals';
import { idsIn } from '#cli/ticket/accepted.ts';

const KNOWN = new Set(['a.jsonl:1', 'a.jsonl:12', 'Lind, Zoe.txt:1', 'x,y.csv:3', 'x', 'y.csv:3']);

it.each<[string, string[], string[]]>([
  ['a.jsonl:1', ['a.jsonl:1'], []],
  ['a.jsonl:1,a.jsonl:12', ['a.jsonl:1', 'a.jsonl:12'], []],
  [' a.jsonl:1 , a.jsonl:12,', ['a.jsonl:1', 'a.jsonl:12'], []],
  ['Lind, Zoe.txt:1', ['Lind, Zoe.txt:1'], []],
  ['a.jsonl:1,Lind, Zoe.txt:1,a.jsonl:12', ['a.jsonl:1', 'Lind, Zoe.txt:1', 'a.jsonl:12'], []],
  ['x,y.csv:3', ['x,y.csv:3'], []],
  ['y.csv:3,x', ['y.csv:3', 'x'], []],
  ['a.jsonl:2,a.jsonl:1', ['a.jsonl:1'], ['a.jsonl:2']],
  ['', [], []],
])('%j', (list, ids, unknown) => {
  const found = idsIn(list, KNOWN);
  expect([[...found.ids], found.unknown]).toEqual([ids, unknown]);
});
