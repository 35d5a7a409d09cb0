// The name that was meant: fewest edits away.
import { expect, it } from '@jest/globals';
import { nearest } from '#core/nearest.ts';

it.each([
  ['stepp', ['lambda', 'step', 'steps'], 'step'], // the first of two that are as near
  ['stpe', ['lambda', 'step'], 'step'],
  ['', ['ab', 'a'], 'a'],
  ['exactly', ['exact', 'exactly'], 'exactly'],
  ['anything', [], ''],
])('%s of %j is %s', (word, known, meant) => expect(nearest(word, known)).toBe(meant));
