import {
  type MnnModel,
  type Net,
  type Op,
  OpType,
  opTypeName,
  type SubGraphProto,
} from '@mnnquant/mnn-format';
import { constantTensor } from './constant.ts';
import {
  type DescribedTensor,
  describedOutputs,
  describedTensors,
  withDescribedOutputs,
} from './described.ts';
import { dtypeOf, layoutOf } from './format.ts';
import type { Graph, GraphInput, GraphNode, GraphOutput } from './graph.ts';
import { GraphError, type OpDefinition } from './op.ts';
import { DEFINITIONS } from './ops/index.ts';
import type { HostTensor } from './tensor.ts';
import { type OmittedOp, unknownTail } from './unknown-tail.ts';
import { type UnsupportedOp, UnsupportedOpError } from './unsupported-op.ts';
import { tellsWrongModel } from './unsupported-origins.ts';

export interface BuildOptions {
  /**
   * Leaves out ops that cannot be evaluated, and what follows them, where no convolution does: enough to
   * measure what convolutions read and write. Such ops are in `Graph.omitted`, their results no outputs.
   */
  readonly leaveOutTail?: boolean;
}

/** Ops that read no numbers, only how many there are (OpCommonUtils.cpp `opNeedContent`, MNN 3.6.1). */
const SHAPE_READERS: ReadonlySet<number> = new Set([
  OpType.Shape,
  OpType.Rank,
  OpType.Size,
  OpType.ZerosLike,
]);

/**
 * Makes the executable view of a model: every op parsed and checked, the wiring verified.
 *
 * The outputs are those the file names (`outputName`), else the tensors that nobody reads, by id
 * (MNN 3.6.1 InitNet.cpp).
 *
 * @throws {UnsupportedOpError} with every op that has no definition
 * @throws {GraphError} where the wiring or an attribute is wrong
 */
export function buildGraph(model: MnnModel | Net, { leaveOutTail = false }: BuildOptions = {}): Graph {
  const net = 'net' in model ? model.net : model;
  const ops = net.oplists ?? [];
  const omitted = omittedOps(net, leaveOutTail);
  const subgraphs = new SubgraphLibrary(net);
  const builder = new GraphBuilder(net.tensorName ?? [], net.sourceType, subgraphs, describedTensors(net));
  for (const [index, op] of ops.entries())
    if (omitted.has(index)) builder.omit(omitted.get(index)!, op);
    else builder.add(index, op);
  return builder.finish(net.outputName ?? []);
}

/** By position; none where every op is known. */
function omittedOps({ oplists = [], subgraphs = [] }: Net, leaveOut: boolean): Map<number, OmittedOp> {
  const inside = subgraphs.flatMap(({ nodes = [] }) => unknownOps(nodes));
  const unknown = [...unknownOps(oplists), ...inside];
  if (unknown.length === 0) return new Map();
  const separable = leaveOut && inside.length === 0 && !unknown.some(({ type }) => tellsWrongModel(type));
  const tail = separable ? unknownTail(oplists, isUnknown) : undefined;
  if (tail === undefined) throw new UnsupportedOpError(unknown);
  const named = (index: number): Pick<UnsupportedOp, 'name' | 'type'> => ({
    name: nameOf(oplists[index]!, index),
    type: opTypeName(oplists[index]!.type),
  });
  return new Map([...tail].map(([index, cause]) => [index, { index, ...named(index), cause: named(cause) }]));
}

function unknownOps(ops: readonly Op[]): UnsupportedOp[] {
  return [...ops.entries()].filter(([, op]) => isUnknown(op)).map(([index, op]) => describe(op, index));
}

function isUnknown(op: Op): boolean {
  const definition = DEFINITIONS.get(op.type);
  return !isSource(op) && (definition === undefined || definition.refuses?.(op) !== undefined);
}

function describe(op: Op, index: number): UnsupportedOp {
  const remedy = DEFINITIONS.get(op.type)?.refuses?.(op);
  return { name: nameOf(op, index), type: opTypeName(op.type), ...(remedy !== undefined && { remedy }) };
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
  readonly #omitted: OmittedOp[] = [];
  /** What omitted ops read and write. */
  readonly #boundary = new Set<number>();
  readonly #unmade = new Set<number>();
  readonly #described: ReadonlyMap<number, DescribedTensor> | undefined;

  constructor(
    names: readonly string[],
    sourceType: number,
    subgraphs: SubgraphLibrary,
    described?: ReadonlyMap<number, DescribedTensor>,
  ) {
    this.#names = names;
    this.#described = described;
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

  /** Checks the wiring of an op that is left out. */
  omit(omitted: OmittedOp, op: Op): void {
    const where = `${omitted.name} (${omitted.type})`;
    this.#omitted.push(omitted);
    for (const id of op.inputIndexes ?? []) {
      this.#checkRead(id, where);
      this.#boundary.add(id);
    }
    for (const id of op.outputIndexes ?? []) {
      this.#markWritten(id, where);
      this.#unmade.add(id);
    }
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
      omitted: this.#omitted,
      fixedSize: this.#described !== undefined,
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

  /** MNN's converter writes loops that fill a tensor one after the other (LSTM, CumSum) into such models. */
  get #remedy(): string {
    return this.#described ? '; convert the model without --saveStaticModel' : '';
  }

  #markWritten(id: number, where: string): void {
    if (id < 0 || id >= this.#names.length) {
      throw new GraphError(`${where}: expected output tensors in 0..${this.#names.length - 1}, got ${id}`);
    }
    const other = this.#written.get(id);
    if (other !== undefined)
      throw new GraphError(`${where}: writes tensor ${id}, which ${other} writes already${this.#remedy}`);
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
    const known: OpDefinition = DEFINITIONS.get(op.type)!;
    const described = this.#described && describedOutputs(this.#described, outputs, where);
    const definition = described ? withDescribedOutputs(known, described) : known;
    const attributes = definition.parse(op, {
      ...(described && { described }),
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
      const asked = named.map((name) => this.#namedOutput(name));
      const made = asked.filter(({ tensor }) => !this.#unmade.has(tensor));
      const others = this.#ends().filter((id) => made.every(({ tensor }) => tensor !== id));
      return [...made, ...others.map((tensor) => ({ tensor, name: this.#nameOf(tensor) }))];
    }
    const unread = [...new Set([...this.#unread(), ...this.#ends()])].sort((a, b) => a - b);
    if (unread.length === 0) throw new GraphError('the model has no output: every tensor is read by some op');
    return unread.map((tensor) => ({ tensor, name: this.#nameOf(tensor) }));
  }

  #namedOutput(name: string): GraphOutput {
    const tensor = this.#names.indexOf(name);
    if (tensor < 0 || !this.#written.has(tensor)) {
      throw new GraphError(`outputName: expected the name of a tensor that is written, got "${name}"`);
    }
    return { tensor, name };
  }

  /** What omitted ops read, and what is left computes nothing with: a shape that is asked for keeps nothing alive. */
  #ends(): number[] {
    const used = new Set<number>();
    for (const { source, inputs, outputs } of this.#nodes.toReversed()) {
      const leads = outputs.some((id) => !this.#consumers.has(id) || used.has(id));
      if (leads && !SHAPE_READERS.has(source.type)) for (const id of inputs) used.add(id);
    }
    const ends = [...this.#producer.keys()].filter((id) => this.#boundary.has(id) && !used.has(id));
    return ends.sort((a, b) => a - b);
  }

  #unread(): number[] {
    return [...this.#producer.keys()].filter((tensor) => !this.#consumers.has(tensor)).sort((a, b) => a - b);
  }
}

/** Samples and results go by name. */
function checkUnique(what: string, named: readonly { readonly name: string }[]): void {
  const names = named.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new GraphError(`the model has two ${what} of the name "${twice}"`);
}
