import { type MnnModel, OpType, type TensorQuantInfo } from '@mnnquant/mnn-format';

interface TensorEntry {
  readonly tensorIndex: number;
  readonly scales: readonly [number];
  readonly zeropoint: readonly [number];
}

/**
 * The text of `DST.mnn.json`, in the format of MNN's tool (3.6.1 calibration.cpp, `dumpTensorScales`):
 * per op the scales of its inputs and outputs. Inputs without a scale are left out, outputs without
 * one show 0. The numbers are the file's.
 */
export function scalesJson({ net }: MnnModel): string {
  const infos = new Map<number, TensorQuantInfo>();
  for (const { index, quantInfo } of net.extraTensorDescribe ?? [])
    if (quantInfo) infos.set(index, quantInfo);
  const entry = (tensorIndex: number): TensorEntry => {
    const { scale = 0, zero = 0 } = infos.get(tensorIndex) ?? {};
    return { tensorIndex, scales: [Math.fround(scale)], zeropoint: [Math.fround(zero)] };
  };
  const ops = (net.oplists ?? []).filter(({ type }) => type !== OpType.Raster);
  const rows = ops.map(({ name = '', inputIndexes = [], outputIndexes = [] }) => ({
    name,
    ...(inputIndexes.length > 0
      ? {
          inputs: Array.from(inputIndexes)
            .filter((id) => infos.has(id))
            .map(entry),
        }
      : {}),
    ...(outputIndexes.length > 0 ? { outputs: Array.from(outputIndexes, entry) } : {}),
  }));
  return `${withDecimalPoints(JSON.stringify(rows, undefined, 4))}\n`;
}

/** MNN writes whole scales and zero points as 1.0; quotes inside names are escaped, so only keys match. */
function withDecimalPoints(json: string): string {
  return json.replace(/("(?:scales|zeropoint)": \[\s+-?\d+)(?=\s)/g, '$1.0');
}
