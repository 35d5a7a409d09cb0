// A cursor over the text of a path or intrinsic call. Errors carry the position in the text.
import { Unsupported } from './failures.ts';

export class Scanner {
  readonly text: string;
  at = 0;

  constructor(text: string) {
    this.text = text;
  }

  get done(): boolean {
    return this.at >= this.text.length;
  }

  /** Consumes what a sticky pattern matches here. */
  match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0];
    if (found !== undefined) this.at += found.length;
    return found;
  }

  /** Consumes the literal if it stands here. */
  take(literal: string): boolean {
    if (!this.text.startsWith(literal, this.at)) return false;
    this.at += literal.length;
    return true;
  }

  expect(literal: string): void {
    if (!this.take(literal)) throw this.invalid(`expected '${literal}'`);
  }

  need(pattern: RegExp, what: string): string {
    return this.match(pattern) ?? this.fail(`expected ${what}`);
  }

  space(): void {
    this.match(/\s*/y);
  }

  fail(what: string): never {
    throw this.invalid(what);
  }

  invalid(what: string): SyntaxError {
    return new SyntaxError(`${what} at position ${this.at} of ${this.text}`);
  }

  unsupported(what: string): Unsupported {
    return new Unsupported(`${what} at position ${this.at} of ${this.text}`);
  }
}

/** Parses the whole text; anything left over is an error. */
export const parseAll = <T>(text: string, parse: (scanner: Scanner) => T): T => {
  const scanner = new Scanner(text);
  const result = parse(scanner);
  if (!scanner.done) throw scanner.invalid('unexpected text');
  return result;
};
