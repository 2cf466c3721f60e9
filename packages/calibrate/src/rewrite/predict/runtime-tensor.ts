import { elementCount, type Layout, type TensorDesc } from '@mnnquant/graph';
import { DataType, type TensorQuantInfo } from '@mnnquant/mnn-format';

/**
 * A scale as MNN's runtime holds it. Propagation shares the object between tensors, and a ReLU runs
 * in int8 only where input and output share one: identity matters, not value.
 */
export interface QuantAttribute {
  readonly scale: number;
  readonly zero: number;
  readonly int8: boolean;
  /** As the file says it. */
  readonly info: TensorQuantInfo;
}

/** Part of a virtual tensor: elements of `origin`, in its order (`plain`) or another one. */
export interface Region {
  readonly origin: RuntimeTensor;
  readonly plain: boolean;
}

/** A tensor of the running session: one of the file's, or one that geometry computation made. */
export interface RuntimeTensor {
  readonly isFloat: boolean;
  readonly shape: readonly number[];
  readonly elements: number;
  readonly layout: Layout;
  quant: QuantAttribute | undefined;
  /** Set for a tensor that is only a view; a Raster command writes it when somebody needs it. */
  regions: readonly Region[] | undefined;
  rastered: boolean;
  /** Whether its memory holds int8. */
  applyQuant: boolean;
}

/** One execution of the session, after geometry computation. */
export interface Command {
  readonly type: string;
  /** Position in the plan's steps of the op it belongs to. */
  readonly step: number;
  /** Whether it carries the op of the file; a Raster, cast or part of an op does not. */
  readonly isOp: boolean;
  readonly inputs: readonly RuntimeTensor[];
  readonly outputs: readonly RuntimeTensor[];
}

export function runtimeTensor({ shape, dtype, layout }: TensorDesc, quant?: TensorQuantInfo): RuntimeTensor {
  return {
    isFloat: dtype === 'float32',
    shape,
    elements: elementCount(shape),
    layout,
    quant: quant === undefined ? undefined : quantAttribute(quant),
    regions: undefined,
    rastered: false,
    applyQuant: false,
  };
}

/** A tensor of geometry computation: no scale until propagation brings one. */
export function internalTensor(like: RuntimeTensor, layout: Layout = like.layout): RuntimeTensor {
  return { ...like, layout, quant: undefined, regions: undefined, rastered: false, applyQuant: false };
}

function quantAttribute(info: TensorQuantInfo): QuantAttribute {
  const { scale, zero, type } = info;
  return { scale: Math.fround(scale), zero, int8: type === DataType.DT_INT8, info };
}
