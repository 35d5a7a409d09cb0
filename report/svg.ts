// Draws Vega-Lite specifications as SVG text, headless and the same for the same input. Trap: Vega numbers its clip paths over the life of the process; they are
// numbered anew for each plot and carry the plot's name, so that two plots on a page do not cut each other.
import { parse, resetSVGDefIds, View, Warn } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';
import { escapeText } from './markup.ts';

/** A Vega-Lite specification without schema and configuration, which are the same for every plot. */
export type Spec = Readonly<Record<string, unknown>>;

const CONFIG = {
  aria: false, // the figure around it has the alternative text and the table
  font: 'Helvetica, Arial, sans-serif',
  axis: { labelFontSize: 11, titleFontSize: 12, titleFontWeight: 'normal', gridColor: '#e6e6e6' },
  legend: { labelFontSize: 12, orient: 'top', labelLimit: 320 },
  view: { stroke: '#999999' },
} as const;

export const drawSvg = async (spec: Spec, id: string, alt: string): Promise<string> => {
  resetSVGDefIds();
  const compiled = compile({ ...spec, config: CONFIG, background: 'white' } as unknown as TopLevelSpec).spec;
  const view = new View(parse(compiled), { renderer: 'none', logLevel: Warn });
  try {
    const svg = await view.toSVG();
    return labelled(svg.replaceAll(/(id="|url\(#)(clip|gradient)/g, `$1${id}-$2`), alt);
  } finally {
    view.finalize();
  }
};

/** The drawing as one image with its text; what Vega says about its parts is for pointers, not for readers. */
const labelled = (svg: string, alt: string): string =>
  svg
    .replace(
      /^<svg([^>]*?) class="marks"/,
      (_, rest: string) => `<svg${rest} role="img" aria-label="${escapeText(alt)}"`,
    )
    .replaceAll(/ style="[^"]*"/g, '');
