import { type Convolution2D, createTable, type Op, OpType, opTypeName } from '@mnnquant/mnn-format';
import { BatchNormError, type ChannelAffine, type ChannelStatistics, channelAffine } from './affine.ts';
import { rectifierFlag } from './rectifier.ts';
import { scaleConvolution, takesAffine } from './scale-convolution.ts';

/** What became of the layers, by op name. */
export interface FoldReport {
  /** BatchNorm layers that went into a convolution. */
  readonly folded: string[];
  /** BatchNorm layers that became a Scale. */
  readonly asScale: string[];
  /** ReLU and ReLU6 that became a flag of the convolution a BatchNorm went into. */
  readonly rectifiers: string[];
  /** Dropout layers that were taken out. */
  readonly dropouts: string[];
  /** Convolutions that do a folded layer's or rectifier's work now. */
  readonly into: Map<string, readonly string[]>;
}

/**
 * Folds the BatchNorm layers of one list of ops, main or subgraph. Tensor ids stay as they are: a
 * convolution writes what the last op that went into it wrote.
 */
export class OpFolder {
  readonly #reads = new Map<number, number>();
  readonly #kept: ReadonlySet<number>;
  readonly #report: FoldReport;
  readonly #ops: Op[] = [];
  /** By position in `#ops`: the one in the list that is folded. */
  readonly #origins: number[] = [];
  /** Position in `#ops` by tensor that is written there. */
  readonly #writer = new Map<number, number>();
  /** Tensors that folded layers wrote: positions of the convolutions, in the order of the channels. */
  readonly #folded = new Map<number, readonly number[]>();
  /** Tensors of removed Dropout layers: what they were copies of. */
  readonly #copies = new Map<number, number>();

  /** @param outputs tensors that must go on being written */
  constructor(ops: readonly Op[], outputs: Iterable<number>, report: FoldReport) {
    const keep = new Set(outputs);
    for (const op of ops)
      for (const id of op.inputIndexes ?? []) this.#reads.set(id, (this.#reads.get(id) ?? 0) + 1);
    for (const op of ops) for (const id of op.outputIndexes ?? []) if (!this.#reads.has(id)) keep.add(id);
    this.#kept = keep;
    this.#report = report;
  }

  /** @param statistics to be used instead of the stored ones */
  add(op: Op, index: number, statistics: ChannelStatistics | undefined): void {
    const wired = this.#rewired(op);
    const name = nameOf(op, index);
    const before = this.#ops.length;
    if (op.type === OpType.BatchNorm) this.#addBatchNorm(wired, name, statistics);
    else if (op.type === OpType.Dropout) this.#addDropout(wired, name);
    else if (!this.#fuseRectifier(wired, name)) this.#push(wired);
    if (this.#ops.length > before) this.#origins.push(index);
  }

  finish(): { readonly ops: readonly Op[]; readonly origins: readonly number[] } {
    return { ops: this.#ops, origins: this.#origins };
  }

  #rewired(op: Op): Op {
    const inputs = op.inputIndexes;
    if (inputs === undefined || !inputs.some((id) => this.#copies.has(id))) return op;
    return { ...op, inputIndexes: inputs.map((id) => this.#copies.get(id) ?? id) };
  }

  #push(op: Op): void {
    for (const id of op.outputIndexes ?? []) this.#writer.set(id, this.#ops.length);
    this.#ops.push(op);
  }

  #addBatchNorm(op: Op, name: string, statistics: ChannelStatistics | undefined): void {
    const where = `${name} (BatchNorm)`;
    if (op.main?.type !== 'BatchNorm')
      throw new BatchNormError(
        `${where}: expected a parameter of type BatchNorm, got ${op.main?.type ?? 'none'}`,
      );
    if (op.inputIndexes?.length !== 1 || op.outputIndexes?.length !== 1)
      throw new BatchNormError(
        `${where}: expected 1 input and 1 output, got ${op.inputIndexes?.length ?? 0} and ${op.outputIndexes?.length ?? 0}`,
      );
    const affine = channelAffine(op.main.value, where, statistics);
    const convolutions = this.#convolutionsBefore(op.inputIndexes[0]!, affine.factor.length);
    if (convolutions === undefined) {
      this.#push(scaleOp(op, affine));
      this.#report.asScale.push(name);
      return;
    }
    let from = 0;
    for (const at of convolutions) {
      const count = convolutions.length > 1 ? outputCount(this.#ops[at]!) : affine.factor.length;
      const part = (values: Float64Array) => values.subarray(from, from + count);
      const share = { factor: part(affine.factor), offset: part(affine.offset) };
      this.#setConvolution(at, scaleConvolution(this.#ops[at]!, share, where));
      from += count;
    }
    this.#takeOver(op, name, convolutions);
    this.#folded.set(op.outputIndexes[0]!, convolutions);
    this.#report.folded.push(name);
  }

  /**
   * As MNN's converter does for inference models: the runtime applies the flag while it stores the
   * convolution's int8 results, and calibration sees the range after the ReLU only.
   */
  #fuseRectifier(op: Op, name: string): boolean {
    const flag = rectifierFlag(op);
    const [input] = op.inputIndexes ?? [];
    const convolutions = flag && this.#folded.get(input!);
    if (convolutions === undefined || this.#soleWriter(input!) === undefined) return false;
    for (const at of convolutions) {
      const value = this.#ops[at]!.main!.value as Convolution2D;
      this.#setConvolution(at, { ...value, common: { ...value.common!, ...flag } });
    }
    this.#takeOver(op, name, convolutions);
    this.#report.rectifiers.push(name);
    return true;
  }

  /** It does nothing at inference, and MNN's CPU cannot run it. */
  #addDropout(op: Op, name: string): void {
    const [input] = op.inputIndexes ?? [];
    const [output] = op.outputIndexes ?? [];
    this.#report.dropouts.push(name);
    if (input === undefined || output === undefined || this.#kept.has(output)) {
      this.#push({ ...op, type: OpType.Identity, main: undefined });
      return;
    }
    this.#copies.set(output, input);
    this.#reads.set(input, (this.#reads.get(input) ?? 0) - 1 + (this.#reads.get(output) ?? 0));
  }

  /** Position of the op that writes the tensor and nothing else, where only one op reads it. */
  #soleWriter(tensor: number): number | undefined {
    if (this.#kept.has(tensor) || this.#reads.get(tensor) !== 1) return undefined;
    const at = this.#writer.get(tensor);
    return at !== undefined && this.#ops[at]!.outputIndexes!.length === 1 ? at : undefined;
  }

  /**
   * The convolution that writes the tensor, or several whose channels are joined to it (a convolution in
   * groups is written so); `undefined` where there are others or something else reads them.
   */
  #convolutionsBefore(tensor: number, channels: number): readonly number[] | undefined {
    const at = this.#soleWriter(tensor);
    if (at === undefined) return undefined;
    const writer = this.#ops[at]!;
    if (takesAffine(writer)) return [at];
    if (!joinsChannels(writer)) return undefined;
    const joined = Array.from(writer.inputIndexes ?? [], (input) => this.#soleWriter(input));
    const parts = joined.filter((part) => part !== undefined && takesAffine(this.#ops[part]!)) as number[];
    const sum = parts.reduce((total, part) => total + outputCount(this.#ops[part]!), 0);
    return parts.length === joined.length && sum === channels ? parts : undefined;
  }

  #setConvolution(at: number, value: Convolution2D): void {
    const main = { type: 'Convolution2D', value } as const;
    this.#ops[at] = { ...this.#ops[at]!, externalPath: undefined, main };
  }

  /** The op before `last` writes what `last` wrote. */
  #takeOver(last: Op, name: string, convolutions: readonly number[]): void {
    const at = this.#writer.get(last.inputIndexes![0]!)!;
    this.#ops[at] = { ...this.#ops[at]!, outputIndexes: last.outputIndexes };
    this.#writer.set(last.outputIndexes![0]!, at);
    const names = convolutions.map((one) => nameOf(this.#ops[one]!, one));
    this.#report.into.set(name, names);
  }
}

function outputCount(op: Op): number {
  return (op.main!.value as Convolution2D).common!.outputCount;
}

/** Convolutions write NC4HW4, whose dimensions are those of NCHW. */
function joinsChannels({ type, main }: Op): boolean {
  return type === OpType.Concat && main?.type === 'Axis' && (main.value.axis === 1 || main.value.axis === -3);
}

function nameOf(op: Op, index: number): string {
  return op.name || `${opTypeName(op.type)}_${index}`;
}

function scaleOp(op: Op, { factor, offset }: ChannelAffine): Op {
  const value = createTable('Scale', {
    channels: factor.length,
    scaleData: Float32Array.from(factor),
    biasData: Float32Array.from(offset),
  });
  return { ...op, type: OpType.Scale, main: { type: 'Scale', value } };
}
