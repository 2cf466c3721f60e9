/** 0.98765 as `0.9877`, rounded down near 1 so that only what is equal is 1. */
export function cosineText(cosine: number): string {
  return (Math.floor(cosine * 1e4) / 1e4).toFixed(4);
}

export function percent(share: number): string {
  return `${(100 * share).toFixed(share < 0.01 ? 2 : 1)} %`;
}

/** So many digits, as short as they can be. */
export function short(value: number, digits = 3): string {
  return String(Number(value.toPrecision(digits)));
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
