// A text file as rows: whole where it is no longer than a row may be, else cut between paragraphs, lines or words.
// Trap: a piece must not hang on how the file happened to stream in, or the same corpus would have other rows the next
// time and a recipe would not know them again.

/** What a piece ends with, by preference: a paragraph, a line, a word. */
const ENDS = ['\n\n', '\n', ' '];

/** Pieces that are not blank, each of at most `longest` characters; line ends as on Windows become plain ones. */
export const piecesOf = async function* (text: AsyncIterable<string>, longest: number): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of withPlainEnds(text)) {
    rest += chunk;
    while (rest.length > longest) {
      const piece = rest.slice(0, endOf(rest, longest));
      rest = rest.slice(piece.length);
      if (piece.trim() !== '') yield piece;
    }
  }
  if (rest.trim() !== '') yield rest;
};

/** Where the first piece of a longer text ends: in its second half, or between two characters at the very end. */
const endOf = (text: string, longest: number): number => {
  for (const end of ENDS) {
    const at = text.lastIndexOf(end, longest - end.length);
    if (at >= longest / 2) return at + end.length;
  }
  return isWithinCharacter(text, longest) ? longest - 1 : longest;
};

const isWithinCharacter = (text: string, at: number): boolean => text.codePointAt(at - 1)! > 0xffff;

const withPlainEnds = async function* (text: AsyncIterable<string>): AsyncGenerator<string> {
  let held = '';
  for await (const chunk of text) {
    const whole = held + chunk;
    held = whole.endsWith('\r') ? '\r' : ''; // its second half may come with the next chunk
    yield whole.slice(0, whole.length - held.length).replaceAll('\r\n', '\n');
  }
  yield held;
};
