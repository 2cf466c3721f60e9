import type { DeviceTensor, TensorBackend } from './backend.ts';
import { type BindOptions, BoundPlan, type StepCounts } from './bound-plan.ts';
import type { Graph } from './graph.ts';
import { GraphError } from './op.ts';
import { planFor } from './plan.ts';
import type { LiveTensors } from './step-run.ts';
import type { TensorData, TensorDesc } from './tensor.ts';

/** Plans that are kept for the next run with inputs of the same shapes, and the same content where that matters. */
const MOST_PLANS = 8;
/** More numbers than this are hardly the same again. */
const MOST_COMPARED = 256;

/** Runs a graph on tensors whose shapes are known only then: subgraphs, and what depends on the data. */
export class GraphRunner {
  readonly #graph: Graph;
  readonly #backend: TensorBackend;
  readonly #options: BindOptions;
  readonly #counts: StepCounts;
  readonly #plans = new Map<string, BoundPlan>();
  #counted = false;

  constructor(graph: Graph, backend: TensorBackend, options: BindOptions, counts: StepCounts) {
    this.#graph = graph;
    this.#backend = backend;
    this.#options = options;
    this.#counts = counts;
  }

  /**
   * One sample. The inputs stay the caller's; the results are in the order of the graph's outputs and the
   * caller's to free, unless they are inputs.
   *
   * @param known content of inputs that shapes depend on
   * @param sample what the backend is to call it
   */
  async run(
    inputs: ReadonlyMap<number, DeviceTensor>,
    known: ReadonlyMap<number, TensorData>,
    sample: number,
  ): Promise<DeviceTensor[]> {
    const descs = this.#describe(inputs, known);
    const key = keyOf(descs);
    const bound = key === undefined ? this.#bind(descs) : this.#cached(key, descs);
    try {
      return await this.#execute(bound, inputs, sample);
    } finally {
      if (key === undefined) bound.dispose();
    }
  }

  dispose(): void {
    for (const plan of this.#plans.values()) plan.dispose();
    this.#plans.clear();
  }

  #describe(inputs: ReadonlyMap<number, DeviceTensor>, known: ReadonlyMap<number, TensorData>): TensorDesc[] {
    return this.#graph.inputs.map(({ tensor, name }) => {
      const given = inputs.get(tensor);
      if (given === undefined) throw new GraphError(`the input ${name} of a subgraph is not wired`);
      const { shape, dtype, layout, list } = given;
      const value = known.get(tensor);
      const desc = { shape, dtype, layout, list };
      return value === undefined ? desc : { ...desc, value };
    });
  }

  #bind(descs: readonly TensorDesc[]): BoundPlan {
    const counts = this.#counted ? { kernels: new Map(), fallbacks: new Map() } : this.#counts;
    const bound = new BoundPlan(planFor(this.#graph, descs), this.#backend, this.#options, counts);
    this.#counted = true;
    return bound;
  }

  #cached(key: string, descs: readonly TensorDesc[]): BoundPlan {
    const found = this.#plans.get(key);
    if (found) return found;
    const [oldest] = this.#plans.keys();
    if (this.#plans.size >= MOST_PLANS) {
      this.#plans.get(oldest)?.dispose();
      this.#plans.delete(oldest);
    }
    const bound = this.#bind(descs);
    this.#plans.set(key, bound);
    return bound;
  }

  async #execute(
    bound: BoundPlan,
    inputs: ReadonlyMap<number, DeviceTensor>,
    sample: number,
  ): Promise<DeviceTensor[]> {
    const borrowed = new Set(inputs.values());
    const live: LiveTensors = new Map();
    for (const { tensor } of bound.plan.inputs) live.set(tensor, [inputs.get(tensor)!]);
    let results: readonly DeviceTensor[] = [];
    try {
      const nameOf = () => 'subgraph';
      await bound.run(live, { count: 1, firstSample: sample, visitor: {}, nameOf, borrowed });
      for (const { tensor } of this.#graph.outputs) this.#materialize(bound, tensor, live, sample);
      results = this.#graph.outputs.map(({ tensor }) => live.get(tensor)![0]!);
    } finally {
      const kept = new Set([...borrowed, ...results]);
      for (const tensor of new Set([...live.values()].flat()))
        if (tensor && !kept.has(tensor)) this.#backend.free(tensor);
    }
    return [...results];
  }

  /** Gives an output that was known before the run a tensor of its own. */
  #materialize({ plan }: BoundPlan, tensor: number, live: LiveTensors, sample: number): void {
    if (live.get(tensor)?.[0] !== undefined) return;
    const value = plan.values.get(tensor)!;
    const made = this.#backend.allocate(value, sample);
    live.set(tensor, [made]);
    this.#backend.upload(made, value.data);
  }
}

/** What a plan depends on, as a text; `undefined` for too much content. */
function keyOf(descs: readonly TensorDesc[]): string | undefined {
  const contents = descs.reduce((sum, { value }) => sum + (value?.length ?? 0), 0);
  if (contents > MOST_COMPARED) return undefined;
  return descs
    .map(
      ({ shape, dtype, layout, list, value = [] }) =>
        `${dtype} ${layout} ${shape}${list ? ` ${JSON.stringify(list)}` : ''} = ${value}`,
    )
    .join('; ');
}
