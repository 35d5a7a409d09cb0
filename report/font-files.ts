// Where the two weights lie. Trap: a bundle for a Lambda has no node_modules; infra/bundle.ts puts the files beside it
// and names them in this module's place.
import { createRequire } from 'node:module';

const { resolve } = createRequire(import.meta.url);
const file = (weight: string): string =>
  resolve(`@expo-google-fonts/source-sans-3/${weight}/SourceSans3_${weight}.ttf`);

export const FONTS: Readonly<Record<'regular' | 'bold', string>> = {
  regular: file('400Regular'),
  bold: file('600SemiBold'),
};
