// Words of others on a terminal: control and direction characters are shown by number and never sent, as they could
// paint over what was printed before. Trap: colours and line breaks of our own are added after this.
export const printable = (text: string): string =>
  text.replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, (sign) => `\\u{${sign.codePointAt(0)!.toString(16)}}`);
