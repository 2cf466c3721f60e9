import { constantTensor } from '@mnnquant/graph';
import { type MnnModel, type Op, OpType } from '@mnnquant/mnn-format';

/** A model that resizes lines in a way that the runtime gets right, and by which ops (names). */
export interface ResizedLines {
  readonly model: MnnModel;
  readonly ops: readonly string[];
}

/**
 * Puts the factor by which lines [N,C,H] are resized into the op, where it is a whole number from a constant.
 *
 * Where MNN 3.6.1 reads factors from an input it never sets the one of the missing width (GeometryImageOp.cpp): what is
 * in the memory decides, and in int8 the result may be nothing but zeros. With the factor in the op it works the step
 * out from the sizes, which is the same number for whole factors. Other factors stay where they are.
 */
export function fixLineFactors(model: MnnModel): ResizedLines {
  const ops = model.net.oplists ?? [];
  const constants = new Map(
    ops.filter(({ type }) => type === OpType.Const).map((op) => [op.outputIndexes?.[0] ?? -1, op]),
  );
  const changed: string[] = [];
  const oplists = ops.map((op) => {
    const factor = lineFactor(op, constants);
    if (factor === undefined || op.main?.type !== 'Interp') return op;
    changed.push(op.name ?? '');
    const value = { ...op.main.value, outputHeight: 0, outputWidth: 0, heightScale: factor, widthScale: 1 };
    return { ...op, inputIndexes: op.inputIndexes!.slice(0, 1), main: { type: 'Interp' as const, value } };
  });
  return changed.length === 0
    ? { model, ops: changed }
    : { model: { ...model, net: { ...model.net, oplists } }, ops: changed };
}

/** The whole factor of a resize of lines that is read from a constant. */
function lineFactor(op: Op, constants: ReadonlyMap<number, Op>): number | undefined {
  const factors = constants.get(op.inputIndexes?.[1] ?? -1);
  if (op.type !== OpType.Interp || factors?.main?.type !== 'Blob') return undefined;
  const { data } = constantTensor(factors.main.value, factors.name ?? 'a constant');
  const [batch, channels, factor] = data;
  const lines = data instanceof Float32Array && data.length === 3 && batch === 1 && channels === 1;
  return lines && Number.isInteger(factor) && factor! > 0 ? factor : undefined;
}
