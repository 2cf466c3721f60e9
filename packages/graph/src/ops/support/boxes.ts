import type { TensorData } from '../../tensor.ts';

/** For sorting from the largest number to the smallest; NaN, which is no score, comes last. */
export function compareFalling(a: number, b: number): number {
  return Number(Number.isNaN(a)) - Number(Number.isNaN(b)) || b - a;
}

/** Greedy suppression: each item that is not too close to one picked before it, `most` of them at most. */
export function pickApart<T>(
  ordered: readonly T[],
  most: number,
  tooClose: (item: T, picked: T) => boolean,
): T[] {
  const picked: T[] = [];
  for (const item of ordered) {
    if (picked.length >= most) break;
    if (!picked.some((other) => tooClose(item, other))) picked.push(item);
  }
  return picked;
}

/** Intersection over union of two boxes x1, y1, x2, y2. */
export function overlapOfBoxes(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const area = (box: ArrayLike<number>): number => (box[2] - box[0]) * (box[3] - box[1]);
  const width = Math.max(0, Math.min(a[2], b[2]) - Math.max(a[0], b[0]));
  const height = Math.max(0, Math.min(a[3], b[3]) - Math.max(a[1], b[1]));
  const shared = width * height;
  return shared / (area(a) + area(b) - shared);
}

/** The same of rows i and j of [n,4], whose corners are in any order; 0 where one has no area. */
export function overlapOfRows(boxes: TensorData, i: number, j: number): number {
  const side = (k: number, axis: number): [number, number] => {
    const [a, b] = [boxes[k * 4 + axis], boxes[k * 4 + axis + 2]];
    return [Math.min(a, b), Math.max(a, b)];
  };
  const [areaI, areaJ] = [i, j].map((k) =>
    [0, 1].reduce((area, axis) => area * (side(k, axis)[1] - side(k, axis)[0]), 1),
  );
  if (areaI <= 0 || areaJ <= 0) return 0;
  const shared = [0, 1].reduce((area, axis) => {
    const [a, b] = [side(i, axis), side(j, axis)];
    return area * Math.max(0, Math.min(a[1], b[1]) - Math.max(a[0], b[0]));
  }, 1);
  return shared / (areaI + areaJ - shared);
}
