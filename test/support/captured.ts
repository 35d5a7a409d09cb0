// What a command prints, kept from the terminal: empty before each test of the file that calls this outside its tests.
// Trap: spies that a test made are taken back before the next one.
import { beforeEach, jest } from '@jest/globals';

export const captured = (): { out: string; err: string } => {
  const kept = { out: '', err: '' };
  const keep = (stream: 'out' | 'err') => (chunk: unknown) => {
    kept[stream] += String(chunk);
    return true;
  };
  beforeEach(() => {
    Object.assign(kept, { out: '', err: '' });
    jest.restoreAllMocks();
    jest.spyOn(process.stdout, 'write').mockImplementation(keep('out'));
    jest.spyOn(process.stderr, 'write').mockImplementation(keep('err'));
  });
  return kept;
};
