// Farthest-point order (Gonzalez 1985): the next item is the one that lies farthest from all before it. Of questions
// that is the one whose answer the model has shown least of. Source: ../docs/results/reveal.md. Trap: coordinates are
// brought to one scale first, or a few that vary much would decide alone.

/** Indices in order, at most `count`; the first item is the first. Items that equal one before them come last. */
export const farthestFirst = (points: readonly Float32Array[], count = points.length): number[] => {
  const scaled = standardised(points);
  const distance = new Float64Array(scaled.length).fill(Infinity);
  const order: number[] = [];
  let next = 0;
  while (order.length < Math.min(count, scaled.length)) {
    order.push(next);
    distance[next] = -Infinity;
    scaled.forEach((point, i) => {
      if (distance[i]! > -Infinity) distance[i] = Math.min(distance[i]!, squared(point, scaled[order.at(-1)!]!));
    });
    next = distance.reduce((best, value, i) => (value > distance[best]! ? i : best), 0);
  }
  return order;
};

/** Each coordinate with mean 0 and spread 1. */
export const standardised = (points: readonly (Float32Array | Float64Array)[]): Float64Array[] => {
  const size = points[0]?.length ?? 0;
  const [mean, spread] = [new Float64Array(size), new Float64Array(size)];
  for (const point of points) point.forEach((x, k) => (mean[k]! += x / points.length));
  for (const point of points) point.forEach((x, k) => (spread[k]! += (x - mean[k]!) ** 2 / points.length));
  return points.map((point) => Float64Array.from(point, (x, k) => (x - mean[k]!) / (Math.sqrt(spread[k]!) || 1)));
};

const squared = (a: Float64Array, b: Float64Array): number => {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += (a[k]! - b[k]!) ** 2;
  return sum;
};
