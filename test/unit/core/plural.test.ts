// A count with its noun, as it is printed.
import { expect, it } from '@jest/globals';
import { plural } from '#core/plural.ts';

it.each([
  [plural(1, 'record'), '1 record'],
  [plural(0, 'record'), '0 records'],
  [plural(2, 'entry', 'entries'), '2 entries'],
  [plural(1, 'person', 'people'), '1 person'],
])('%s', (said, expected) => expect(said).toBe(expected));
