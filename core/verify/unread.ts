// What of a bundle no rule reads: its README, in words for people. Whoever may seal a bundle could write there that it
// shows what it does not, so that any other text than the product's own is remarked upon. Trap: an older version wrote
// other words, so that the remark decides nothing.
import type { BundleFiles } from '../bundle.ts';
import { CERTIFIED_README, CLOSED_README } from '../bundle-readme.ts';

const README = 'README.txt';

export const unreadRemarks = (files: BundleFiles): string[] => {
  const bytes = files.get(README);
  const ours = [CERTIFIED_README, CLOSED_README].some((text) => Buffer.from(text).equals(bytes ?? Buffer.alloc(0)));
  return bytes === undefined || ours
    ? []
    : [`${README} is not the text that this version writes; nothing in it was checked`];
};
