// Progress of a long stage: on a terminal a bar; elsewhere a line every half minute and one at the end, never a line an
// update.
import { PassThrough } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { progressOn } from '#cli/progress.ts';

const watched = (isTTY: boolean) => {
  let ms = 0;
  const stream = Object.assign(new PassThrough(), { isTTY });
  const progress = progressOn(stream as unknown as NodeJS.WriteStream, () => ms);
  return { progress, wait: (by: number) => (ms += by), said: () => String(stream.read() ?? '') };
};

describe('progress', () => {
  it('in a log: a line each half minute, with rate and time left', () => {
    const { progress, wait, said } = watched(false);
    const stage = progress.stage('teaching', 100, 'updates');
    for (let done = 1; done <= 40; done++) {
      wait(1000);
      stage.at(done, `loss ${done}`);
    }
    stage.done();
    expect(said()).toBe('teaching: 30/100 1.0 updates/s, 70 s left loss 30\nteaching: 40 s\n');
  });

  it('on a terminal: one bar that is drawn over', () => {
    const { progress, wait, said } = watched(true);
    const stage = progress.stage('teaching', 4, 'updates');
    wait(1000);
    stage.at(1);
    stage.done('ended');
    expect(said()).toBe(
      `\r\u001b[2Kteaching [${'█'.repeat(6)}${'·'.repeat(18)}] 1/4 1.0 updates/s, 3.0 s left \r\u001b[2Kteaching: ended, 1.0 s\n`,
    );
  });
});
