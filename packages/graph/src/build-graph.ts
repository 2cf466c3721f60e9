import {
  type MnnModel,
  type Net,
  type Op,
  OpType,
  opTypeName,
  type SubGraphProto,
} from '@mnnquant/mnn-format';
import { constantTensor } from './constant.ts';
import { dtypeOf, layoutOf } from './format.ts';
import type { Graph, GraphInput, GraphNode, GraphOutput } from './graph.ts';
import { GraphError, type OpDefinition } from './op.ts';
import { DEFINITIONS } from './ops/index.ts';
import type { HostTensor } from './tensor.ts';
import { UnsupportedOpError } from './unsupported-op.ts';

/**
 * Makes the executable view of a model: every op parsed and checked, the wiring verified.
 *
 * The outputs are those the file names (`outputName`), else the tensors that nobody reads, by id
 * (MNN 3.6.1 InitNet.cpp).
 *
 * @throws {UnsupportedOpError} with every op that has no definition
 * @throws {GraphError} where the wiring or an attribute is wrong
 */
export function buildGraph(model: MnnModel | Net): Graph {
  const net = 'net' in model ? model.net : model;
  const ops = net.oplists ?? [];
  checkOpsAreKnown([ops, ...(net.subgraphs ?? []).map(({ nodes }) => nodes ?? [])]);
  const subgraphs = new SubgraphLibrary(net);
  const builder = new GraphBuilder(net.tensorName ?? [], net.sourceType, subgraphs);
  for (const [index, op] of ops.entries()) builder.add(index, op);
  return builder.finish(net.outputName ?? []);
}

function checkOpsAreKnown(lists: readonly (readonly Op[])[]): void {
  const unknown = lists.flatMap((ops) =>
    [...ops.entries()].filter(([, op]) => !isSource(op) && !DEFINITIONS.has(op.type)),
  );
  if (unknown.length === 0) return;
  throw new UnsupportedOpError(
    unknown.map(([index, op]) => ({ name: nameOf(op, index), type: opTypeName(op.type) })),
  );
}

/** The model's subgraphs, built when an op asks for them. */
class SubgraphLibrary {
  readonly graphs = new Map<string, Graph>();
  readonly #protos: ReadonlyMap<string, SubGraphProto>;
  readonly #sourceType: number;
  readonly #open: string[] = [];

  constructor({ subgraphs = [], sourceType }: Net) {
    this.#protos = new Map(subgraphs.map((proto) => [proto.name ?? '', proto]));
    this.#sourceType = sourceType;
  }

  get(name: string | undefined, where: string): Graph {
    const known = this.graphs.get(name ?? '');
    if (known) return known;
    const proto = this.#protos.get(name ?? '');
    if (name === undefined || proto === undefined)
      throw new GraphError(`${where}: the model has no subgraph "${name ?? ''}"`);
    if (this.#open.includes(name))
      throw new GraphError(`${where}: the subgraph "${name}" contains itself (${this.#open.join(' > ')})`);
    this.#open.push(name);
    const graph = this.#build(proto);
    this.#open.pop();
    this.graphs.set(name, graph);
    return graph;
  }

  #build(proto: SubGraphProto): Graph {
    const builder = new GraphBuilder(proto.tensors ?? [], this.#sourceType, this);
    for (const [index, op] of (proto.nodes ?? []).entries()) builder.add(index, op);
    return builder.finishSubgraph(proto);
  }
}

function nameOf(op: Op, index: number): string {
  return op.name || `${opTypeName(op.type)}_${index}`;
}

function isSource(op: Op): boolean {
  return op.type === OpType.Input || op.type === OpType.Const || op.type === OpType.TrainableParam;
}

/** Collects nodes in file order, which is MNN's execution order. */
class GraphBuilder {
  readonly #names: readonly string[];
  readonly #sourceType: number;
  readonly #subgraphs: SubgraphLibrary;
  readonly #nodes: GraphNode[] = [];
  readonly #inputs: GraphInput[] = [];
  readonly #constants = new Map<number, HostTensor>();
  readonly #producer = new Map<number, GraphNode>();
  readonly #consumers = new Map<number, GraphNode[]>();
  readonly #written = new Map<number, string>();

  constructor(names: readonly string[], sourceType: number, subgraphs: SubgraphLibrary) {
    this.#names = names;
    this.#sourceType = sourceType;
    this.#subgraphs = subgraphs;
  }

  add(index: number, op: Op): void {
    const type = opTypeName(op.type);
    const name = nameOf(op, index);
    const where = `${name} (${type})`;
    const inputs = Array.from(op.inputIndexes ?? []);
    const outputs = Array.from(op.outputIndexes ?? []);
    for (const id of inputs) this.#checkRead(id, where);
    for (const id of outputs) this.#markWritten(id, where);
    if (op.type === OpType.Input) this.#addInput(op, outputs, where);
    else if (isSource(op)) this.#addConstant(op, outputs, where);
    else this.#addNode(index, name, op, inputs, outputs, where);
  }

  /** @param named the outputs that the file names; all tensors that nobody reads when there are none */
  finish(named: readonly string[]): Graph {
    const outputs = this.#outputs(named);
    checkUnique('inputs', this.#inputs);
    checkUnique('outputs', outputs);
    return this.#graph(this.#inputs, outputs);
  }

  /** A subgraph lists its inputs and outputs by id, in the order in which an op wires them. */
  finishSubgraph({ name, inputs = new Int32Array(), outputs = new Int32Array() }: SubGraphProto): Graph {
    const where = `subgraph "${name}"`;
    const declared = Array.from(inputs, (id) => {
      const input = this.#inputs.find(({ tensor }) => tensor === id);
      if (input === undefined)
        throw new GraphError(`${where}: no Input op makes its input ${this.#nameOf(id)}`);
      return input;
    });
    const missing = this.#inputs.find((input) => !declared.includes(input));
    if (missing) throw new GraphError(`${where}: its Input op ${missing.name} is not in its list of inputs`);
    const unwritten = Array.from(outputs).find((id) => !this.#written.has(id));
    if (unwritten !== undefined)
      throw new GraphError(`${where}: no op writes its output ${this.#nameOf(unwritten)}`);
    return this.#graph(
      declared,
      Array.from(outputs, (tensor) => ({ tensor, name: this.#nameOf(tensor) })),
    );
  }

  #nameOf(tensor: number): string {
    return this.#names[tensor] || `tensor_${tensor}`;
  }

  #graph(inputs: readonly GraphInput[], outputs: readonly GraphOutput[]): Graph {
    return {
      nodes: this.#nodes,
      tensorNames: this.#names,
      inputs,
      outputs,
      constants: this.#constants,
      consumers: this.#consumers,
      producer: this.#producer,
      subgraphs: this.#subgraphs.graphs,
    };
  }

  #checkRead(id: number, where: string): void {
    if (id === -1 || this.#written.has(id)) return;
    if (id < 0 || id >= this.#names.length) {
      throw new GraphError(
        `${where}: expected input tensors in 0..${this.#names.length - 1} or -1, got ${id}`,
      );
    }
    throw new GraphError(`${where}: reads tensor ${id} (${this.#names[id]}) before any op writes it`);
  }

  #markWritten(id: number, where: string): void {
    if (id < 0 || id >= this.#names.length) {
      throw new GraphError(`${where}: expected output tensors in 0..${this.#names.length - 1}, got ${id}`);
    }
    const other = this.#written.get(id);
    if (other !== undefined)
      throw new GraphError(`${where}: writes tensor ${id}, which ${other} writes already`);
    this.#written.set(id, where);
  }

  #addInput(op: Op, outputs: readonly number[], where: string): void {
    if (op.main?.type !== 'Input')
      throw new GraphError(`${where}: expected an Input parameter, got ${op.main?.type ?? 'none'}`);
    const { dims, dtype, dformat } = op.main.value;
    const shape = Array.from(dims ?? []);
    const [tensor] = outputs;
    if (tensor === undefined) throw new GraphError(`${where}: expected one output tensor, got none`);
    const desc = { shape, dtype: dtypeOf(dtype, where), layout: layoutOf(dformat, where) };
    this.#inputs.push({ tensor, name: this.#names[tensor] || op.name || `input_${tensor}`, desc });
  }

  #addConstant(op: Op, outputs: readonly number[], where: string): void {
    if (op.main?.type !== 'Blob')
      throw new GraphError(`${where}: expected a Blob parameter, got ${op.main?.type ?? 'none'}`);
    const [tensor] = outputs;
    if (tensor === undefined) throw new GraphError(`${where}: expected one output tensor, got none`);
    this.#constants.set(tensor, constantTensor(op.main.value, where));
  }

  #addNode(index: number, name: string, op: Op, inputs: number[], outputs: number[], where: string): void {
    const definition: OpDefinition = DEFINITIONS.get(op.type)!;
    const attributes = definition.parse(op, {
      where,
      sourceType: this.#sourceType,
      inputCount: inputs.length,
      outputCount: outputs.length,
      subgraph: (name) => this.#subgraphs.get(name, where),
    });
    const node: GraphNode = { index, name, definition, attributes, inputs, outputs, source: op };
    this.#nodes.push(node);
    for (const id of outputs) this.#producer.set(id, node);
    for (const id of new Set(inputs)) {
      if (id < 0) continue;
      const readers = this.#consumers.get(id);
      if (readers) readers.push(node);
      else this.#consumers.set(id, [node]);
    }
  }

  #outputs(named: readonly string[]): GraphOutput[] {
    if (named.length > 0) {
      return named.map((name) => {
        const tensor = this.#names.indexOf(name);
        if (tensor < 0 || !this.#written.has(tensor)) {
          throw new GraphError(`outputName: expected the name of a tensor that is written, got "${name}"`);
        }
        return { tensor, name };
      });
    }
    const unread = [...this.#producer.keys()]
      .filter((tensor) => !this.#consumers.has(tensor))
      .sort((a, b) => a - b);
    if (unread.length === 0) throw new GraphError('the model has no output: every tensor is read by some op');
    return unread.map((tensor) => ({ tensor, name: this.#nameOf(tensor) }));
  }
}

/** Samples and results go by name. */
function checkUnique(what: string, named: readonly { readonly name: string }[]): void {
  const names = named.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new GraphError(`the model has two ${what} of the name "${twice}"`);
}
