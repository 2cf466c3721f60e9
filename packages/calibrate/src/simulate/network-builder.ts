import {
  type Graph,
  type GraphNode,
  INT8_CASTS,
  type OpDefinition,
  type QuantParams,
  wiringOf,
} from '@mnnquant/graph';
import { createTable, OpType } from '@mnnquant/mnn-format';

/** Which tensor of a simulated network has the values of one of the model's. */
export interface TensorHolder {
  /** Tensor id in the simulated graph. */
  readonly tensor: number;
  /** How to read it where it holds int8; absent where it holds floats. */
  readonly params?: QuantParams;
}

/** Collects nodes; adds casts where a tensor is wanted in the other form than it has, one for each form and scale. */
export class NetworkBuilder {
  readonly #graph: Graph;
  readonly #nodes: GraphNode[] = [];
  readonly #names: string[];
  /** By the model's tensor that an int8 op writes: where, and in which scale. */
  readonly #int8 = new Map<number, TensorHolder & { readonly params: QuantParams }>();
  /** By tensor and scale: the same, where a cast writes it. */
  readonly #casts = new Map<string, number>();
  /** The model's tensors whose int8 is only cast. */
  readonly #rounded = new Map<number, TensorHolder>();
  readonly #dequantized = new Set<number>();
  /** By int8 tensor of a cast: where it is in floats again. */
  readonly #roundedFloats = new Map<number, number>();

  constructor(graph: Graph) {
    this.#graph = graph;
    this.#names = [...graph.tensorNames];
  }

  add(node: GraphNode): void {
    this.#nodes.push(node);
  }

  /** Says that int8 is made of a tensor. Returns the tensor that is to hold it. */
  make(tensor: number, params: QuantParams): number {
    const own = this.#newTensor(tensor, 'int8');
    this.#int8.set(tensor, { tensor: own, params });
    return own;
  }

  /** The scale in which a tensor is int8; `undefined` where it is float. */
  scaleOf(tensor: number): QuantParams | undefined {
    return this.#int8.get(tensor)?.params;
  }

  /** Where the tensor is in floats: under its own id. */
  floats(tensor: number): number {
    const made = this.#int8.get(tensor);
    if (made === undefined || this.#dequantized.has(tensor)) return tensor;
    this.#dequantized.add(tensor);
    this.#cast('Int8ToFloat', made.tensor, tensor, made.params);
    return tensor;
  }

  /** Where the tensor is in int8 of this scale. */
  int8(tensor: number, params: QuantParams): number {
    const made = this.#int8.get(tensor);
    if (made !== undefined && sameScale(made.params, params)) return made.tensor;
    const key = `${tensor} ${params.scale} ${params.zeroPoint} ${params.min} ${params.max}`;
    const known = this.#casts.get(key);
    if (known !== undefined) return known;
    const from = this.floats(tensor);
    const own = this.#newTensor(tensor, 'int8');
    this.#casts.set(key, own);
    if (made === undefined && !this.#rounded.has(tensor)) this.#rounded.set(tensor, { tensor: own, params });
    this.#cast('FloatToInt8', from, own, params);
    return own;
  }

  /** Where the tensor is in floats that are rounded to this scale. */
  rounded(tensor: number, params: QuantParams): number {
    const from = this.int8(tensor, params);
    if (from === this.#int8.get(tensor)?.tensor) return this.floats(tensor);
    const known = this.#roundedFloats.get(from);
    if (known !== undefined) return known;
    const own = this.#newTensor(tensor, 'rounded');
    this.#roundedFloats.set(from, own);
    this.#cast('Int8ToFloat', from, own, params);
    return own;
  }

  /** The graph, and where the values of the model's tensors are. */
  finish(): { readonly graph: Graph; readonly holders: ReadonlyMap<number, TensorHolder> } {
    for (const { tensor } of this.#graph.outputs) this.floats(tensor);
    const holders = new Map<number, TensorHolder>([...this.#rounded, ...this.#int8]);
    for (const tensor of this.#graph.tensorNames.keys())
      if (!holders.has(tensor)) holders.set(tensor, { tensor });
    const wiring = wiringOf(withEarlyCasts(this.#nodes, this.#graph.inputs));
    return { graph: { ...this.#graph, ...wiring, tensorNames: this.#names }, holders };
  }

  /** A tensor for intermediate values. */
  temporary(tensor: number): number {
    return this.#newTensor(tensor, 'before rounding');
  }

  /** Rounds floats that are no tensor of the model. */
  round(from: number, to: number, params: QuantParams): void {
    this.#cast('FloatToInt8', from, to, params);
  }

  #newTensor(tensor: number, what: string): number {
    return this.#names.push(`${this.#graph.tensorNames[tensor] || `tensor ${tensor}`} (${what})`) - 1;
  }

  #cast(type: keyof typeof INT8_CASTS, from: number, to: number, attributes: QuantParams): void {
    const definition = INT8_CASTS[type] as OpDefinition;
    const name = `${this.#names[from] || `tensor ${from}`} → ${this.#names[to] || `tensor ${to}`}`;
    const source = createTable('Op', { name, type: OpType[type] });
    // No op of the file has the index; a tensor is written once.
    this.#nodes.push({ index: -1 - to, name, definition, attributes, inputs: [from], outputs: [to], source });
  }
}

export function sameScale(a: QuantParams, b: QuantParams): boolean {
  return a.scale === b.scale && a.zeroPoint === b.zeroPoint;
}

/** Casts right behind what makes their tensor: tensors are there in the order of the model, whoever reads them. */
function withEarlyCasts(nodes: readonly GraphNode[], inputs: Graph['inputs']): GraphNode[] {
  const readers = new Map<number, GraphNode[]>();
  for (const node of nodes)
    if (isCast(node)) readers.set(node.inputs[0]!, [...(readers.get(node.inputs[0]!) ?? []), node]);
  const casts = (tensors: readonly number[]): GraphNode[] =>
    tensors.flatMap((tensor) =>
      (readers.get(tensor) ?? []).flatMap((node) => [node, ...casts(node.outputs)]),
    );
  const made = new Set(nodes.flatMap(({ outputs }) => outputs));
  const first = inputs.map(({ tensor }) => tensor);
  const constants = [...readers.keys()].filter((tensor) => !made.has(tensor) && !first.includes(tensor));
  const others = nodes.filter((node) => !isCast(node));
  return [...casts([...first, ...constants]), ...others.flatMap((node) => [node, ...casts(node.outputs)])];
}

function isCast({ definition }: GraphNode): boolean {
  return definition.name in INT8_CASTS;
}
