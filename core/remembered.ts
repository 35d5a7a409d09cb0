// A pure function that keeps its last answers: windows of one n and m are asked for again and again while many models
// are judged. Trap: bounded, so that tables of strangers cannot fill the memory.
const MOST = 256;

export const remembered = <Arguments extends readonly number[], Answer>(
  compute: (...numbers: Arguments) => Answer,
): ((...numbers: Arguments) => Answer) => {
  const known = new Map<string, { readonly answer: Answer }>();
  return (...numbers) => {
    const key = numbers.join(' ');
    const found = known.get(key);
    if (found) return found.answer;
    if (known.size >= MOST) known.clear();
    const answer = compute(...numbers);
    known.set(key, { answer });
    return answer;
  };
};
