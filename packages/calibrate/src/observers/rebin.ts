/**
 * Spreads a histogram over [0, from] onto a wider one over [0, to], adding to `target`.
 *
 * Both have the same number of bins, so a source bin falls into one or two target bins. A bin that
 * a target edge cuts is split as if its values lay evenly, and the split is rounded on the running
 * total: target bin t receives C(edge t+1) - C(edge t), where C is the source's cumulative count,
 * interpolated and rounded to a whole number. So counts stay whole, their total is kept, C stays
 * monotone, and the result depends on nothing but the numbers. from = to copies.
 *
 * @param source [bins] counts over [0, from]
 * @param target [bins] counts over [0, to], to >= from
 */
export function addRebinned(source: Float64Array, from: number, target: Float64Array, to: number): void {
  if (source.length !== target.length) {
    throw new RangeError(`rebin: expected ${target.length} bins, got ${source.length}`);
  }
  if (!(from >= 0 && to >= from && Number.isFinite(to))) {
    throw new RangeError(`rebin: expected 0 <= from <= to, got from ${from} to ${to}`);
  }
  if (from === 0) {
    addTo(target, 0, total(source));
    return;
  }
  const bins = source.length;
  if (from === to) {
    for (let bin = 0; bin < bins; bin++) addTo(target, bin, source[bin] as number);
    return;
  }
  const ratio = to / from; // target edge t lies at t * ratio source bins
  let below = 0; // C at source bin `bin`
  let bin = 0;
  let written = 0;
  for (let t = 0; t < bins && bin < bins; t++) {
    const edge = t + 1 === bins ? bins : Math.min(bins, (t + 1) * ratio);
    while (bin + 1 <= edge) below += source[bin++] as number;
    const cut = bin < bins ? Math.round((source[bin] as number) * (edge - bin)) : 0;
    addTo(target, t, below + cut - written);
    written = below + cut;
  }
}

function addTo(target: Float64Array, bin: number, count: number): void {
  target[bin] = (target[bin] as number) + count;
}

function total(counts: Float64Array): number {
  let sum = 0;
  for (const count of counts) sum += count;
  return sum;
}
