// Colours that can be told apart without colour vision; where they mean something, dashes or symbols say it too.
// Source: Okabe & Ito 2008.
export const BLUE = '#0072b2';
export const ORANGE = '#d55e00';
export const AMBER = '#e69f00';
export const GREEN = '#009e73';
export const PURPLE = '#cc79a7';
export const SKY = '#56b4e9';
export const GREY = '#666666';
export const BLACK = '#000000';
/** Background of the range that passes. */
export const ALLOWED = '#d9e6ee';

/** Colours of series whose number is not known beforehand, in this order. */
export const PALETTE = [BLUE, ORANGE, GREEN, PURPLE, AMBER, SKY, BLACK, GREY] as const;
