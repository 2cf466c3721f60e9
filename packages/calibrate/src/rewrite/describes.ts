import type { QuantParams } from '@mnnquant/graph';
import { DataType, type TensorDescribe, type TensorQuantInfo } from '@mnnquant/mnn-format';

/**
 * Puts `scales` into a model's tensor describes, sorted by tensor index.
 *
 * What a describe already holds besides (shape, regions, name) stays; scales of tensors that are not
 * in `scales` go, since they were measured for other neighbours. A describe left with nothing but
 * its index goes too. `undefined` for none.
 */
export function mergeDescribes(
  existing: readonly TensorDescribe[] | undefined,
  scales: ReadonlyMap<number, QuantParams>,
): readonly TensorDescribe[] | undefined {
  const merged = new Map<number, TensorDescribe>();
  for (const describe of existing ?? []) {
    const { quantInfo, ...rest } = { ...merged.get(describe.index), ...defined(describe) };
    if (quantInfo === undefined || rest.blob || rest.regions || rest.name) merged.set(describe.index, rest);
  }
  for (const [index, params] of scales)
    merged.set(index, { ...(merged.get(index) ?? { index }), quantInfo: quantInfoOf(params) });
  if (merged.size === 0) return existing === undefined ? undefined : [];
  return [...merged.values()].sort((a, b) => a.index - b.index);
}

/** The scale of a tensor as the file holds it; `min` and `max` are bounds of the int8 value. */
export function quantInfoOf({ scale, zeroPoint, min, max }: QuantParams): TensorQuantInfo {
  return { scale: Math.fround(scale), zero: zeroPoint, min, max, type: DataType.DT_INT8 };
}

/** Two describes of one tensor are read in order by the runtime: what the later one lacks, the earlier gives. */
function defined(describe: TensorDescribe): TensorDescribe {
  const present = Object.entries(describe).filter(([, value]) => value !== undefined);
  return Object.fromEntries(present) as unknown as TensorDescribe;
}
