import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import {
  inlineExternalWeights,
  listExternalWeights,
  type MnnModel,
  type Net,
  OpType,
  opTypeName,
  readModel,
} from '@mnnquant/mnn-format';
import { messageOf, QuantizeError, UsageError } from './errors.ts';

/** Ops that only quantized models have. */
const QUANTIZED_OPS: ReadonlySet<number> = new Set([
  OpType.ConvInt8,
  OpType.DepthwiseConvInt8,
  OpType.Int8ToFloat,
  OpType.FloatToInt8,
  OpType.EltwiseInt8,
]);

/**
 * Reads the float model; weights that lie in `SRC.weight` beside it are taken in.
 *
 * @throws {UsageError} when it cannot be read, {QuantizeError} when it is quantized already
 */
export function readSource(path: string): MnnModel {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw new UsageError(`cannot read the model ${path}: ${messageOf(error)}`);
  }
  const model = readModel(bytes, { fileName: path });
  refuseQuantized(model.net, path);
  return withExternalWeights(model, path);
}

function refuseQuantized(net: Net, path: string): void {
  const op = net.oplists?.find(({ type }) => QUANTIZED_OPS.has(type));
  if (op)
    throw new QuantizeError(
      `${path} is quantized already (${op.name ?? 'an op'} is a ${opTypeName(op.type)}); give the float model`,
    );
  const scales = net.extraTensorDescribe?.filter((describe) => describe.quantInfo !== undefined) ?? [];
  if (scales.length > 0)
    throw new QuantizeError(
      `${path} is quantized already (${scales.length} tensors have a scale); give the float model`,
    );
}

function withExternalWeights(model: MnnModel, path: string): MnnModel {
  const external = listExternalWeights(model.net);
  if (external.length === 0) return model;
  const net = inlineExternalWeights(model.net, (named) => {
    const candidates = named ? [named, join(dirname(path), basename(named))] : [`${path}.weight`];
    const found = candidates.find((candidate) => existsSync(candidate));
    if (found === undefined) {
      throw new QuantizeError(
        `${path} keeps ${external.length} weights in ${candidates[0]}, which is not there`,
      );
    }
    return readFileSync(found);
  });
  return { ...model, net };
}
