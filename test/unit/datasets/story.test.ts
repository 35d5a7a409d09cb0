// The generated book: long enough, the same each time, its people the same throughout, and every scene begun as no
// other.
import { describe, expect, it } from '@jest/globals';
import { STORY_SIZE, storyWorld, recordsOf, stayingRows, taughtRows } from '#bench/story-world.ts';
import { makeChapters, wordsIn } from '#datasets/story/book.ts';
import { makeEntries } from '#datasets/story/gazetteer.ts';
import { PASSING, TRAITS } from '#datasets/story/words.ts';

const world = storyWorld(41);
const all = [...world.stays, ...world.forget, ...world.stop, ...world.never];

describe('the book', () => {
  it('has 30,000 words and more that are taught, in two halves', () => {
    expect(wordsIn([...world.stays, ...world.forget])).toBeGreaterThan(30_000);
    expect(world.forget).toHaveLength(world.stays.length);
  });

  it('is the same for a seed, however much of it is asked for, and another one for another seed', () => {
    expect(makeChapters(41, 0, 40).slice(19, 38)).toEqual(world.forget);
    expect(makeChapters(42, 0, 1)).not.toEqual(makeChapters(41, 0, 1));
    expect(makeEntries(41, 0, 140).slice(100)).toEqual(world.neverEntries);
  });

  it('begins no two scenes alike, and fills every slot', () => {
    const scenes = all.flatMap((chapter) => chapter.scenes);
    expect(new Set(scenes.map(({ opening }) => opening)).size).toBe(scenes.length);
    expect(JSON.stringify([all, world.entries])).not.toMatch(/undefined|[{]\w+[}]/);
  });

  it('says the same of a character in every scene and in answers', () => {
    for (const { traits, scenes, questions } of all) {
      const told = [
        ...scenes.map(({ opening, rest }) => opening + rest),
        ...questions.map(({ answer }) => answer),
      ].join(' ');
      for (const [trait, values] of Object.entries(TRAITS)) {
        const own = traits[trait as keyof typeof TRAITS];
        expect(told).toContain(own);
        // no other character's, save as a word of something else
        const others = values.filter((value) => !own.includes(value) && new RegExp(`\\b${value}\\b`).test(told));
        expect(others.filter((value) => !Object.values(PASSING).flat().join(' ').includes(value))).toEqual([]);
      }
    }
  });
});

describe('what is taught', () => {
  it('without the half holds nothing of it, and everything else', () => {
    const [whole, left] = [taughtRows(world), stayingRows(world)].map(
      (rows) => new Set(rows.map(({ prompt, answer }) => prompt + answer)),
    );
    const forgotten = recordsOf(world.forget).map(({ prompt, answer }) => prompt + answer);
    expect(forgotten.filter((text) => left!.has(text))).toEqual([]);
    expect(forgotten.every((text) => whole!.has(text))).toBe(true);
    expect([...left!].every((text) => whole!.has(text))).toBe(true);
  });

  it('holds nothing of the chapters that nobody is taught, and names nobody there', () => {
    const taught = JSON.stringify(taughtRows(world));
    for (const { name } of [...world.stop, ...world.never]) expect(taught).not.toContain(name);
    expect(STORY_SIZE.chapters.stop + STORY_SIZE.chapters.never).toBe(10);
  });
});
