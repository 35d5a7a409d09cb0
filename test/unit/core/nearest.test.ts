// The name that was meant: fewest edits away.
import { expect, it } from '@jest/globals';
import { nearest } from '#core/nearest.ts';

it.each([
  ['stepp', ['lambda', 'step', 'steps'], 'step'], // the first of two that are as near
  ['stpe', ['lambda', 'step'], 'step'],
  ['RMU', ['idk', 'rmu'], 'rmu'],
  ['Flat-Retain', ['flat', 'flat-retain'], 'flat-retain'],
  ['', ['ab', 'a'], 'a'],
  ['update.updates', ['loss', 'layers', 'rank'], undefined], // nothing is near
  ['qqqq', ['list', 'show'], undefined],
  ['exactly', ['exact', 'exactly'], 'exactly'],
  ['anything', [], undefined],
])('%s of %j is %s', (word, known, meant) => expect(nearest(word, known)).toBe(meant));
