import { type GraphNode, INT8_CASTS, type OpDefinition, type QuantParams } from '@mnnquant/graph';
import { createTable, OpType } from '@mnnquant/mnn-format';
import type { SimulatedNetwork } from '../simulate/index.ts';
import type { Fresh, IsolatedOp, IsolateOp } from './isolated.ts';

/**
 * An op as MNN's runtime computes it in int8: cut out of the simulated network, with casts from the float network's
 * tensors before it and back to real numbers behind it.
 */
export function simulatedOps(network: SimulatedNetwork): IsolateOp {
  const held = new Map<number, Held>();
  for (const [tensor, { tensor: holder, params }] of network.holders)
    if (params !== undefined) held.set(holder, { tensor, params });
  return (chain, fresh) => new Cut(network, held, chain, fresh).op;
}

/** Which of the model's tensors an int8 tensor of the simulated network stands for. */
interface Held {
  readonly tensor: number;
  readonly params: QuantParams;
}

/** Copies the nodes between the tensors that a chain reads and those that it makes. */
class Cut {
  readonly #network: SimulatedNetwork;
  readonly #held: ReadonlyMap<number, Held>;
  readonly #fresh: Fresh;
  readonly #made: ReadonlySet<number>;
  readonly #nodes: GraphNode[] = [];
  /** By tensor of the simulated network: its copy. */
  readonly #copies = new Map<number, number>();
  readonly op: IsolatedOp;

  constructor(
    network: SimulatedNetwork,
    held: ReadonlyMap<number, Held>,
    chain: readonly GraphNode[],
    fresh: Fresh,
  ) {
    this.#network = network;
    this.#held = held;
    this.#fresh = fresh;
    this.#made = new Set(chain.flatMap(({ outputs }) => outputs));
    const results = new Map(chain.at(-1)!.outputs.map((tensor) => [tensor, this.#result(tensor)]));
    this.op = { nodes: this.#nodes, results, rounding: new Map() };
  }

  /** The result of one of the chain's tensors, as real numbers. */
  #result(tensor: number): number {
    const { tensor: holder, params } = this.#network.holders.get(tensor) ?? { tensor };
    const copy = this.#copy(holder);
    return params === undefined ? copy : this.#cast('Int8ToFloat', copy, params);
  }

  /** The tensor that stands for one of the simulated network. */
  #copy(id: number): number {
    const known = this.#copies.get(id);
    if (known !== undefined) return known;
    const { graph, holders } = this.#network;
    const held = this.#held.get(id);
    if (held !== undefined && !this.#made.has(held.tensor))
      return this.#keep(id, this.#cast('FloatToInt8', held.tensor, held.params));
    const producer = graph.producer.get(id);
    const isGiven = producer === undefined || (holders.has(id) && !this.#made.has(id));
    return isGiven ? this.#given(id, producer) : this.#copyNode(producer, id);
  }

  /** A tensor that is there before the chain. What the runtime has in int8 alone is rounded on its way. */
  #given(id: number, producer: GraphNode | undefined): number {
    if (producer?.definition !== (INT8_CASTS.Int8ToFloat as OpDefinition)) return id;
    const { params } = this.#network.holders.get(id)!;
    if (params === undefined) return id;
    const rounded = this.#cast('FloatToInt8', id, params);
    return this.#keep(id, this.#cast('Int8ToFloat', rounded, params));
  }

  #copyNode(node: GraphNode, wanted: number): number {
    const inputs = node.inputs.map((id) => (id < 0 ? id : this.#copy(id)));
    const outputs = node.outputs.map((id) => this.#keep(id, this.#fresh.tensor(`${node.name} (alone)`)));
    this.#nodes.push({ ...node, index: this.#fresh.node(), inputs, outputs });
    return this.#copies.get(wanted)!;
  }

  #keep(id: number, copy: number): number {
    this.#copies.set(id, copy);
    return copy;
  }

  #cast(type: keyof typeof INT8_CASTS, from: number, attributes: QuantParams): number {
    const name = `${type} of tensor ${from}`;
    const to = this.#fresh.tensor(name);
    this.#nodes.push({
      index: this.#fresh.node(),
      name,
      definition: INT8_CASTS[type] as OpDefinition,
      attributes,
      inputs: [from],
      outputs: [to],
      source: createTable('Op', { name, type: OpType[type] }),
    });
    return to;
  }
}
