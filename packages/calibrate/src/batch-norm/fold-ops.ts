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
  /** Op that does a folded layer's or rectifier's work now. */
  readonly into: Map<string, string>;
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
  /** Position in `#ops` by tensor that is written there. */
  readonly #writer = new Map<number, number>();
  /** Positions of convolutions that took a BatchNorm in. */
  readonly #changed = new Set<number>();
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
    if (op.type === OpType.BatchNorm) this.#addBatchNorm(wired, name, statistics);
    else if (op.type === OpType.Dropout) this.#addDropout(wired, name);
    else if (!this.#fuseRectifier(wired, name)) this.#push(wired);
  }

  finish(): readonly Op[] {
    return this.#ops;
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
    const at = this.#soleWriter(op);
    const convolution = at === undefined ? undefined : this.#ops[at]!;
    if (at === undefined || convolution === undefined || !takesAffine(convolution)) {
      this.#push(scaleOp(op, affine));
      this.#report.asScale.push(name);
      return;
    }
    this.#replace(at, op, name, scaleConvolution(convolution, affine, where));
    this.#changed.add(at);
    this.#report.folded.push(name);
  }

  /**
   * As MNN's converter does for inference models: the runtime applies the flag while it stores the
   * convolution's int8 results, and calibration sees the range after the ReLU only.
   */
  #fuseRectifier(op: Op, name: string): boolean {
    const flag = rectifierFlag(op);
    const at = flag && this.#soleWriter(op);
    if (at === undefined || !this.#changed.has(at)) return false;
    const value = this.#ops[at]!.main!.value as Convolution2D;
    this.#replace(at, op, name, { ...value, common: { ...value.common!, ...flag } });
    this.#changed.delete(at);
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

  /** Position of the op whose only output goes to this one alone. */
  #soleWriter(op: Op): number | undefined {
    const input = op.inputIndexes![0]!;
    if (this.#kept.has(input) || this.#reads.get(input) !== 1) return undefined;
    const at = this.#writer.get(input);
    return at !== undefined && this.#ops[at]!.outputIndexes!.length === 1 ? at : undefined;
  }

  /** The convolution at `at` now does what `last` did. */
  #replace(at: number, last: Op, name: string, value: Convolution2D): void {
    const { outputIndexes } = last;
    this.#report.into.set(name, nameOf(this.#ops[at]!, at));
    const main = { type: 'Convolution2D', value } as const;
    this.#ops[at] = { ...this.#ops[at]!, outputIndexes, externalPath: undefined, main };
    this.#writer.set(outputIndexes![0]!, at);
  }
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
