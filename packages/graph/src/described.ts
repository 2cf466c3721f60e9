import { type Net, type Region, Usage, type View } from '@mnnquant/mnn-format';
import { dtypeOf, layoutOf } from './format.ts';
import { GraphError, type OpDefinition } from './op.ts';
import { elementCount, type TensorDesc } from './tensor.ts';

/** Elements of a tensor, three dimensions of them, by their place in memory. */
export interface Box {
  readonly offset: number;
  readonly strides: readonly number[];
}

/** A part of one tensor that is copied into another; places count in the tensors' own order of dimensions. */
export interface CopiedRegion {
  readonly from: Box;
  readonly to: Box;
  readonly size: readonly number[];
}

/** What a model saved for one input size says of a tensor. */
export interface DescribedTensor {
  readonly desc: TensorDesc;
  /** Of which parts of its inputs a Raster makes it: one of each input. */
  readonly regions: readonly CopiedRegion[];
}

/**
 * The tensors of a model saved for one input size (`MNNConvert --saveStaticModel`), by id; `undefined` for
 * other models. Its ops are those that the runtime makes of a network; it infers no shapes
 * (tools/converter/source/common/convertToStaticModel.cpp, InitNet.cpp, MNN 3.6.1).
 */
export function describedTensors(net: Net): ReadonlyMap<number, DescribedTensor> | undefined {
  if (net.usage !== Usage.INFERENCE_STATIC) return undefined;
  const tensors = new Map<number, DescribedTensor>();
  for (const { index, blob, regions = [] } of net.extraTensorDescribe ?? []) {
    if (blob === undefined) continue;
    const where = `tensor ${index} (${net.tensorName?.[index] ?? 'without a name'})`;
    const shape = Array.from(blob.dims ?? []);
    const desc = { shape, dtype: dtypeOf(blob.dataType, where), layout: layoutOf(blob.dataFormat, where) };
    tensors.set(index, { desc, regions: regions.map((region) => copiedRegion(region, where)) });
  }
  return tensors;
}

function copiedRegion({ src, dst, size = new Int32Array() }: Region, where: string): CopiedRegion {
  const region = { from: boxOf(src), to: boxOf(dst), size: Array.from(size) };
  if (![region.size, region.from.strides, region.to.strides].every(({ length }) => length === 3))
    throw new GraphError(
      `${where}: expected regions with three extents and strides, got ${region.size.length}`,
    );
  return region;
}

function boxOf(view: View | undefined): Box {
  return { offset: view?.offset ?? 0, strides: Array.from(view?.stride ?? []) };
}

/** Descriptions of an op's outputs in a model saved for one input size. */
export function describedOutputs(
  tensors: ReadonlyMap<number, DescribedTensor>,
  outputs: readonly number[],
  where: string,
): DescribedTensor[] {
  return outputs.map((id) => {
    const tensor = tensors.get(id);
    if (tensor === undefined)
      throw new GraphError(
        `${where}: the model is saved for one input size (usage 2), but does not describe tensor ${id}`,
      );
    return tensor;
  });
}

/**
 * An op whose outputs are as the file describes them. The op must make as many elements; it may count dimensions
 * in another way (a Reduction keeps those of extent 1).
 */
export function withDescribedOutputs(
  definition: OpDefinition,
  described: readonly DescribedTensor[],
): OpDefinition {
  return {
    ...definition,
    shape(attributes, inputs, where) {
      const own = definition.shape(attributes, inputs, where);
      const count = (desc: TensorDesc | undefined): number => (desc ? elementCount(desc.shape) : -1);
      const wrong = described.findIndex(({ desc }, i) => count(desc) !== count(own[i]));
      if (wrong >= 0)
        throw new GraphError(
          `${where}: expected output ${wrong} to be [${own[wrong]?.shape}], the file describes it as [${described[wrong].desc.shape}]`,
        );
      return [...described.map(({ desc }) => desc), ...own.slice(described.length)];
    },
  };
}
