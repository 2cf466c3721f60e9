import {
  type ApproximatedOp,
  foldBatchNorm,
  type InputShapes,
  int8Graph,
  predictInt8,
  type Share,
} from '@mnnquant/calibrate';
import {
  buildGraph,
  createPlan,
  type ExecutionPlan,
  type Graph,
  type HostTensor,
  Program,
  type Sample,
  type SampleNames,
  type TensorBackend,
  UnsupportedOpError,
} from '@mnnquant/graph';
import type { MnnModel } from '@mnnquant/mnn-format';
import { QuantizeError } from '../../errors.ts';
import { omittedWarnings } from '../../warnings.ts';
import { OwnPrograms } from './own-programs.ts';

/** How a model computes: in float, in float with weights that are stored as whole numbers, or in int8. */
export type Precision = 'float' | 'weights' | 'int8';

/** A model of any kind, ready to be run as MNN's runtime would. */
export interface RunnableModel {
  readonly graph: Graph;
  readonly precision: Precision;
  /** Ops that cannot be evaluated and are left out. */
  readonly warnings: readonly string[];
  /** @throws {GraphError} where the network does not take the shapes */
  plan(shapes?: InputShapes): RunnablePlan;
}

/** A model for fixed input shapes. */
export interface RunnablePlan {
  readonly plan: ExecutionPlan;
  /** What is really run, with the same inputs and outputs: of an int8 model, what MNN's runtime makes of it. */
  readonly running: ExecutionPlan;
  /** Convolutions that run in int8. */
  readonly convolutions: Share;
  /** Ops that MNN runs in int8 and that are only rounded to it here. */
  readonly approximated: readonly ApproximatedOp[];
  open(backend: TensorBackend, options: { readonly strict?: boolean }): Runner;
}

/** A model bound to a backend. */
export interface Runner {
  /**
   * Per sample the outputs by name.
   *
   * @param positions of the samples among all
   * @param onStep called after each op, for progress
   */
  run(
    samples: readonly Sample[],
    nameOf: SampleNames,
    positions: readonly number[],
    onStep: () => void,
  ): Promise<ReadonlyMap<string, HostTensor>[]>;
  dispose(): void;
}

/**
 * A float model runs in float, BatchNorm folded; one with weights stored as whole numbers runs with these decoded, as
 * MNN runs it; one with scales for its tensors runs in the int8 simulator, as MNN's CPU computes it.
 *
 * @param path for messages
 * @param once whether its plans are run once, so that the backend need not keep their weights; nodes of the simulator are never run again
 * @throws {QuantizeError} where an op cannot be evaluated
 */
export function runnableModel(model: MnnModel, path: string, once = false): RunnableModel {
  const precision = precisionOf(model);
  const run = precision === 'int8' ? model : foldBatchNorm(model).model;
  const graph = graphOf(run, path);
  const warnings = omittedWarnings(graph).map((line) => `${path}: ${line}`);
  const own = once || precision === 'int8' ? new OwnPrograms() : undefined;
  return { graph, precision, warnings, plan: (shapes) => planned(run, graph, precision, own, shapes) };
}

function precisionOf({ net }: MnnModel): Precision {
  if (net.extraTensorDescribe?.some(({ quantInfo }) => (quantInfo?.scale ?? 0) > 0)) return 'int8';
  const stored = net.oplists?.some(
    ({ main }) => main?.type === 'Convolution2D' && main.value.quanParameter !== undefined,
  );
  return stored ? 'weights' : 'float';
}

function graphOf(model: MnnModel, path: string): Graph {
  try {
    return buildGraph(model, { leaveOutTail: true });
  } catch (error) {
    if (!(error instanceof UnsupportedOpError)) throw error;
    const types = [...new Set(error.ops.map(({ type }) => type))].sort();
    const [first] = error.ops;
    const old = types.some((type) => /Int8|Quantize/.test(type))
      ? 'it was quantized by a tool before MNN 1.1.5 or from a quantized TensorFlow or ONNX file; quantize the float model again'
      : 'convert it without them';
    throw new QuantizeError(
      `${path}: ${error.ops.length} ops of type ${types.join(', ')} cannot be evaluated, such as ${first!.name}; ${old}`,
      { cause: error },
    );
  }
}

/** @param own the model's programs, where their nodes are to be forgotten */
function planned(
  model: MnnModel,
  graph: Graph,
  precision: Precision,
  own: OwnPrograms | undefined,
  shapes?: InputShapes,
): RunnablePlan {
  const plan = createPlan(graph, shapes);
  const { convolutions } = predictInt8(model, plan);
  const simulated = precision === 'int8' ? int8Graph(model, plan) : undefined;
  const running = simulated === undefined ? plan : createPlan(simulated.graph, shapes);
  return {
    plan,
    running,
    convolutions,
    approximated: simulated?.approximated ?? [],
    open: (backend, options) => runnerOf(new Program(running, backend, options), own),
  };
}

/** @param own of which the program is one, where its nodes are to be forgotten */
function runnerOf(program: Program, own: OwnPrograms | undefined): Runner {
  own?.add(program);
  return {
    run: (samples, nameOf, [first = 0], onStep) => program.run(samples, { onStep }, nameOf, first),
    dispose: () => (own ? own.end(program) : program.dispose()),
  };
}
