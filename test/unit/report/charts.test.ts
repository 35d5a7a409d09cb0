// Charts as shapes: where values stand, what axes and legend say, and that a drawing as SVG is one image whose text
// stays text.
import { describe, expect, it } from '@jest/globals';
import { draw, type Chart, type Layer } from '#report/charts/chart.ts';
import type { Path, Shape, Text } from '#report/charts/drawing.ts';
import { svgOf } from '#report/svg.ts';

const chart = (...layers: Layer[]): Chart => ({
  width: 200,
  height: 100,
  x: { title: 'across', domain: [0, 4], whole: true },
  y: { title: 'up', domain: [-1, 1] },
  layers,
});
const texts = (shapes: readonly Shape[]) => shapes.filter((shape): shape is Text => shape.kind === 'text');
const textOf = (drawn: readonly Shape[], text: string) => texts(drawn).find((one) => one.text === text);
const circle = { symbol: 'circle', color: 'red' } as const;
const marks = (name: string, ...points: [number, number][]): Layer => ({ kind: 'marks', name, points, mark: circle });

describe('a chart', () => {
  it('places a value in proportion between the ends of its axes', () => {
    // prettier-ignore
    const { shapes, width } = draw(chart({ kind: 'marks', points: [[1, -1], [4, 0.5]], mark: circle }));
    const [low, high] = shapes.slice(-2) as Path[];
    expect(high!.at![0] - low!.at![0]).toBeCloseTo(150, 9);
    expect(low!.at![1] - high!.at![1]).toBeCloseTo(75, 9);
    expect(high!.at![0]).toBeLessThan(width);
  });

  it('has a label at every tick, and both titles; at whole numbers alone where it is asked to', () => {
    const said = (whole: boolean) =>
      texts(draw({ ...chart(), x: { title: 'across', domain: [0, 1], whole } }).shapes).map(({ text }) => text);
    expect(said(true)).toEqual(['0', '1', 'across', '−1', '0', '1', 'up']);
    expect(said(false)).toEqual(['0.0', '0.5', '1.0', 'across', '−1', '0', '1', 'up']);
    expect(textOf(draw(chart()).shapes, 'up')?.turned).toBe(true);
  });

  it('names each series once above the plotting area, in rows that are not wider than the chart', () => {
    const { shapes } = draw(
      chart(
        marks('first of all', [1, 0]),
        marks('first of all', [2, 0]),
        marks('the second one', [1, 1]),
        marks('third', [0, 0]),
      ),
    );
    const named = ['first of all', 'the second one', 'third'].map((name) =>
      texts(shapes).filter(({ text }) => text === name),
    );
    expect(named.map(({ length }) => length)).toEqual([1, 1, 1]);
    const [first, second] = named.map(([one]) => one!.at);
    expect(second![1]).toBeGreaterThan(first![1]);
    const top = shapes.find(({ kind }) => kind === 'box');
    expect(top?.kind === 'box' && top.y).toBeGreaterThan(second![1]);
  });

  it('turns a label to the other side of its place where it would leave the chart', () => {
    const label = (x: number): Layer => ({ kind: 'label', at: [x, 0], text: 'attempt 12', shift: [8, 0] });
    const { shapes } = draw(chart(label(0), label(4)));
    const [left, right] = texts(shapes).filter(({ text }) => text === 'attempt 12');
    expect([left?.anchor, right?.anchor]).toEqual(['start', 'end']);
  });

  it('leaves room for the longest name of a row', () => {
    const rows = (name: string) => draw({ ...chart(), y: { title: '', domain: [-0.5, 0.5], ticks: [[0, name]] } });
    expect(rows('a check with a much longer name').width).toBeGreaterThan(rows('a check').width + 60);
  });

  it('draws a single value, and values that are all alike', () => {
    // prettier-ignore
    const { shapes } = draw({ ...chart(marks('one', [0, 3])), x: { title: '', domain: [0, 0] }, y: { title: '', domain: [3, 3], nice: true } });
    expect(JSON.stringify(shapes)).not.toMatch(/null|NaN/);
  });

  it('leaves out what is not known, and joins the rest', () => {
    const points = [[0, 0], [1, NaN], [2, 0.5], [4, 1]] as const; // prettier-ignore
    const line: Layer = { kind: 'line', points, stroke: { color: 'red' }, mark: circle };
    const before = draw(chart()).shapes.length;
    const label: Layer = { kind: 'label', at: [1, NaN], text: 'nowhere', shift: [0, 0] };
    const { shapes } = draw(chart(line, label));
    expect(JSON.stringify(shapes)).not.toMatch(/null|NaN|nowhere/);
    expect(shapes).toHaveLength(before + 1 + 3);
  });

  it('holds a value until the next point where it is a step', () => {
    const line = (step: boolean): string => {
      // prettier-ignore
      const { shapes } = draw(chart({ kind: 'line', points: [[0, 0], [4, 1]], stroke: { color: 'red' }, step }));
      return (shapes.at(-1) as Path).d;
    };
    const heights = (d: string) => [...d.matchAll(/,([\d.]+)/g)].map(([, y]) => Number(y));
    expect(heights(line(false))).toHaveLength(2);
    expect(heights(line(true))[1]).toBe(heights(line(true))[0]);
  });
});

describe('a drawing as SVG', () => {
  const attack = `"><script>alert(1)</script>`;
  const svg = svgOf(
    draw(chart(marks(attack, [1, 0]), { kind: 'label', at: [1, 1], text: attack, shift: [0, 0] })),
    attack,
  );

  it('is one image with its alternative text; no part of it has a role', () => {
    expect(svg.match(/ role="/g)).toHaveLength(1);
    expect(svg).toMatch(/^<svg [^>]*role="img" aria-label="&quot;&gt;&lt;script/);
    expect(svg).toContain('viewBox="0 0 ');
  });

  it('keeps text as text, and has no style that a strict policy would refuse', () => {
    expect(svg).not.toMatch(/<script|style=/);
    expect(svg.match(/&lt;script&gt;/g)).toHaveLength(3);
  });
});
