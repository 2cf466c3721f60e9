import type { Op } from '@mnnquant/mnn-format';
import type { ControlBody } from './control.ts';
import type { DescribedTensor } from './described.ts';
import type { Graph } from './graph.ts';
import type { HostTensor, TensorDesc } from './tensor.ts';

/** What `parse` may look at besides the op itself. */
export interface ParseContext {
  /** Where the op stands, for messages: `conv1 (Convolution)`. */
  readonly where: string;
  /** `Net.sourceType`: CAFFE 0, TENSORFLOW 1, TFLITE 2, ONNX 3, TORCH 4. */
  readonly sourceType: number;
  /** Number of inputs wired to the op, missing optional ones (-1) included. */
  readonly inputCount: number;
  readonly outputCount: number;
  /** In a model saved for one input size: what the file says of the op's outputs. */
  readonly described?: readonly DescribedTensor[];
  /** The model's subgraph of that name. Throws `GraphError` where there is none or it contains itself. */
  subgraph(name: string | undefined): Graph;
}

/**
 * Everything that defines an op, in one file `ops/<name>.ts`.
 *
 * `A` are the attributes that `parse` reads out of the flatbuffer, once, when the graph is built.
 */
export interface OpDefinition<A = unknown> {
  /** MNN's name of the op, `Convolution`; also the key of a backend's kernel table. */
  readonly name: string;
  /** The `OpType` values it serves. */
  readonly opTypes: readonly number[];
  /**
   * What to do about a variant that is not evaluated, in a sentence; `undefined` for all others. Such an op counts like
   * one without a definition: behind the last convolution it is left out of a run.
   */
  refuses?(op: Op): string | undefined;
  /** Reads and checks the attributes. Throws `GraphError` with place, expected and got. */
  parse(op: Op, context: ParseContext): A;
  /**
   * Output descriptions from input descriptions (`undefined` for a missing optional input).
   * May return a `value` where the output's content is already known (Shape, Rank, Size);
   * ops whose inputs all have values are folded by the planner through `reference`.
   * Throws {@link UnknownValueError} where it needs the content of an input that is not known yet.
   */
  shape(attributes: A, inputs: readonly (TensorDesc | undefined)[], where: string): TensorDesc[];
  /** Plain TypeScript definition of the op's meaning. Works on Float64Array data as well. */
  reference(attributes: A, inputs: readonly (HostTensor | undefined)[], outputs: readonly HostTensor[]): void;
  /** Of ops that run subgraphs, in place of `reference`; `undefined` where these attributes have none. */
  control?(attributes: A): ControlBody | undefined;
  /** Made when they are asked for: only tests want them. */
  cases(): readonly OpCase<A>[];
}

/** One conformance case: run on every backend and compared with `reference`. */
export interface OpCase<A = unknown> {
  readonly title: string;
  readonly attributes: A;
  /** Inputs as description plus how to fill: seeded normal numbers unless `data` is given. */
  readonly inputs: readonly (OpCaseInput | undefined)[];
}

export interface OpCaseInput {
  readonly shape: readonly number[];
  readonly dtype?: TensorDesc['dtype'];
  readonly layout?: TensorDesc['layout'];
  readonly data?: readonly number[];
  readonly list?: TensorDesc['list'];
}

/** The graph, a shape or an attribute is wrong; the message says where, expected and got. */
export class GraphError extends Error {
  override name = 'GraphError';
}

/**
 * An output's shape depends on numbers that exist only when the network runs. The planner puts off the op
 * and what follows until then.
 */
export class UnknownValueError extends GraphError {
  override name = 'UnknownValueError';
  /** Positions of the inputs whose content is asked for; none: nothing short of running the op tells. */
  readonly inputs: readonly number[];

  constructor(where: string, inputs: readonly number[]) {
    super(
      inputs.length === 0
        ? `${where}: the shape of its output is known only after it ran`
        : `${where}: input ${inputs.join(', ')} depends on the data, but the output's shape needs its values beforehand`,
    );
    this.inputs = inputs;
  }
}
