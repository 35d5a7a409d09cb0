// Text as part of a regular expression, where each of its characters stands for itself.
export const literal = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
