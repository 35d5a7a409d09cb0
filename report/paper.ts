// Paper: a tagged A4 document with the kinds of content that a report consists of, in the form of PDF/UA-1 and
// PDF/A-2a. Every piece is added to the structure tree in reading order; what repeats on every page is an artefact.
// Sources: ISO 14289-1, ISO 19005-2; PDF Association, Matterhorn Protocol 1.1.
// Trap: pdfkit keeps position, font and size as state, so each piece must restore those of body text.
import PDFDocument from 'pdfkit';
import type { Column } from './content/blocks.ts';
import type { Plot } from './plots/plot.ts';
import { draw } from './charts/chart.ts';
import { drawOn } from './draw-pdf.ts';
import { FONTS, printable } from './fonts.ts';
import { UA_METADATA } from './pdf-metadata.ts';

export interface Paper {
  heading(text: string, level: 1 | 2 | 3): void;
  paragraph(text: string): void;
  list(items: readonly string[]): void;
  table(columns: readonly Column[], rows: readonly (readonly string[])[]): void;
  figure(plot: Plot): void;
  /** Closes the document and returns its bytes. */
  finish(): Promise<Uint8Array>;
}

const MARGIN = 56;
const FOOT = 34;
const SIZE = { 1: 18, 2: 14, 3: 11 } as const;
const BODY_SIZE = 9.5;
const TABLE_SIZE = 8;

export interface PaperOptions {
  readonly title: string;
  /** The document's date. */
  readonly at: Date;
  /** BCP 47; screen readers take their voice from it. */
  readonly language?: string;
  /** What stands before the number at the foot of each page. */
  readonly pageWord?: string;
}

export const newPaper = ({ title, at, language = 'en', pageWord = 'Page' }: PaperOptions): Paper => {
  const doc = new PDFDocument({
    size: 'A4',
    margin: MARGIN,
    pdfVersion: '1.7',
    subset: 'PDF/A-2a',
    tagged: true,
    lang: language,
    displayTitle: true,
    bufferPages: true, // the foot says how many pages there are
    font: FONTS.regular,
    info: { Title: title, Producer: 'Quittance', Creator: 'Quittance', CreationDate: at, ModDate: at },
  });
  doc.registerFont('regular', FONTS.regular).registerFont('bold', FONTS.bold);
  doc.appendXML(UA_METADATA);
  const bytes = collect(doc);
  const root = doc.struct('Document');
  doc.addStructure(root);
  const sheet: Sheet = { doc, root, width: doc.page.width - 2 * MARGIN };
  body(sheet);
  return {
    heading: (text, level) => heading(sheet, text, level),
    paragraph: (text) => {
      add(sheet, 'P', () => write(sheet, text));
      doc.moveDown(0.4);
    },
    list: (items) => list(sheet, items),
    table: (...given) => table(sheet, ...given),
    figure: (plot) => figure(sheet, plot),
    finish: () => {
      root.end();
      feet(sheet, title, pageWord);
      doc.end();
      return bytes;
    },
  };
};

interface Sheet {
  readonly doc: PDFKit.PDFDocument;
  readonly root: PDFKit.PDFStructureElement;
  /** Between the margins. */
  readonly width: number;
}

const collect = (doc: PDFKit.PDFDocument): Promise<Uint8Array> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    doc.on('data', (chunk: Buffer) => chunks.push(chunk));
    doc.on('end', () => resolve(Buffer.concat(chunks)));
    doc.on('error', reject);
  });

const add = ({ doc, root }: Sheet, type: string, draw: () => void, options: { alt?: string } = {}): void => {
  root.add(doc.struct(type, options, () => (draw(), undefined)));
};

const write = ({ doc, width }: Sheet, text: string): void => {
  doc.text(printable(text), MARGIN, undefined, { width });
};

/** The title and the page's number below each page. The margin is lifted, or writing there would begin a new page. */
const feet = ({ doc, width }: Sheet, title: string, pageWord: string): void => {
  const { start, count } = doc.bufferedPageRange();
  for (let page = start; page < start + count; page += 1) {
    doc.switchToPage(page);
    const { bottom } = doc.page.margins;
    doc.page.margins.bottom = 0;
    doc.markContent('Artifact', { type: 'Pagination', attached: ['Bottom'] });
    doc.font('regular').fontSize(TABLE_SIZE).fillColor('#595959');
    const y = doc.page.height - FOOT;
    doc.text(printable(title), MARGIN, y, { width: width - 90, lineBreak: false });
    doc.text(`${pageWord} ${page + 1} / ${count}`, MARGIN, y, { width, align: 'right', lineBreak: false });
    doc.endMarkedContent();
    doc.page.margins.bottom = bottom;
  }
};

/** Begins a new page where less than `height` is left of this one. */
const keepTogether = ({ doc }: Sheet, height: number): void => {
  if (doc.y + height > doc.page.height - MARGIN) doc.addPage();
};

const body = ({ doc }: Sheet): void => {
  doc.font('regular').fontSize(BODY_SIZE).fillColor('black').fillOpacity(1);
};

const heading = (sheet: Sheet, text: string, level: 1 | 2 | 3): void => {
  keepTogether(sheet, 72);
  sheet.doc.moveDown(0.6).font('bold').fontSize(SIZE[level]).fillColor('black');
  add(sheet, `H${level}`, () => write(sheet, text));
  sheet.doc.moveDown(0.3);
  body(sheet);
};

const list = (sheet: Sheet, items: readonly string[]): void => {
  const { doc, root } = sheet;
  const found = doc.struct('L');
  root.add(found);
  for (const item of items) {
    const content = doc.struct('LBody', {}, () => (write(sheet, `• ${item}`), undefined));
    found.add(doc.struct('LI', {}, [content]));
  }
  found.end();
  doc.moveDown(0.4);
};

/** pdfkit puts the table's rows and cells below the structure element; its types do not know this option. */
type TaggedTable = PDFKit.Mixins.TableOptionsWithData & { structParent: PDFKit.PDFStructureElement };

const table = (sheet: Sheet, columns: readonly Column[], rows: readonly (readonly string[])[]): void => {
  const { doc, root, width } = sheet;
  keepTogether(sheet, 64); // a head never stands alone at the foot of a page
  const total = columns.reduce((sum, { share }) => sum + share, 0);
  doc.fontSize(TABLE_SIZE);
  const options: TaggedTable = {
    position: { x: MARGIN, y: doc.y },
    structParent: root,
    columnStyles: columns.map(({ share, number }) => ({
      width: (share / total) * width,
      align: { x: number ? 'right' : 'left' },
    })),
    defaultStyle: { border: { top: 0, right: 0, bottom: 0.5, left: 0 }, borderColor: '#999999', padding: 2.5 },
    data: [
      columns.map(({ title }) => ({
        text: printable(title),
        type: 'TH',
        scope: 'Column',
        font: { src: FONTS.bold, family: 'bold' },
      })),
      ...rows.map((row) => row.map(printable)),
    ],
  };
  doc.table(options);
  doc.x = MARGIN;
  doc.fontSize(BODY_SIZE).moveDown(0.8);
};

const figure = (sheet: Sheet, { title, alt, chart }: Plot): void => {
  const { doc, width } = sheet;
  const drawing = draw(chart);
  const scale = Math.min(1, width / drawing.width);
  keepTogether(sheet, drawing.height * scale + 96);
  heading(sheet, title, 3);
  const top = doc.y + 4;
  const content = () => {
    doc.save().translate(MARGIN, top).scale(scale);
    drawOn(doc, drawing);
    doc.restore();
  };
  add(sheet, 'Figure', content, { alt: printable(alt) });
  doc.y = top + drawing.height * scale + 6;
  body(sheet);
  add(sheet, 'P', () => write(sheet, alt));
  doc.moveDown(0.4);
};
