import type { Share } from '@mnnquant/calibrate';
import type { AutoTarget } from './options.ts';
import type { Settings } from './settings.ts';

/** One way to quantize the network, and what it loses. */
export interface AutoTrial {
  readonly settings: Settings;
  /** Ops that stay float beyond those that the config skips. */
  readonly freed: readonly string[];
  readonly multiplyAdds: Share;
  /** Mean cosine of each output over the samples; null where some value is not a number. */
  readonly outputs: readonly { readonly name: string; readonly cosine: number | null }[];
  /** Of the outputs that count: 1 - the least cosine; null where some value is not a number. */
  readonly error: number | null;
  /** By which settings are compared: the error of a typical sample, 1 - cosine of its worst output, in the geometric mean; null as above. */
  readonly typical: number | null;
  /** Top-1 accuracy, with labels. */
  readonly top1?: number;
  /** The float network's, on the same samples. */
  readonly floatTop1?: number;
  /** How many samples it was judged by. */
  readonly samples: number;
  readonly chosen: boolean;
}

/** What it brings to leave an op in float, everything else being in int8. */
export interface AutoSensitivity {
  readonly op: string;
  readonly multiplyAdds: number;
  /** What the ranking counts, in multiply-adds: those of the op and a thousandth of what can be freed, for the casts around it. */
  readonly cost: number;
  /** 1 - the error of a typical sample, with the op in int8 and in float. */
  readonly before: number | null;
  readonly after: number | null;
}

/** What `AUTO` did. */
export interface AutoOutcome {
  readonly target?: AutoTarget;
  /** Whether the target holds, as far as it was judged; true without one. */
  readonly reached: boolean;
  readonly judged: {
    readonly folder: string;
    readonly samples: number;
    /** Whether they are others than those that calibrated while settings were tried. */
    readonly own: boolean;
    /** Of the samples that calibrate, so many were set aside to judge. */
    readonly setAside: boolean;
  };
  /** The labels' file. */
  readonly labels?: string;
  /** Top-1 accuracy of the float network on the labelled samples. */
  readonly accuracy?: number;
  /** How often a network was run over its samples. */
  readonly runs: number;
  readonly seconds: number;
  /** The time was over before the search was. */
  readonly stopped?: 'time';
  /** In their order; exactly one is chosen. */
  readonly trials: readonly AutoTrial[];
  /** The most useful first; empty where nothing had to be freed. */
  readonly sensitivity: readonly AutoSensitivity[];
  /** What is to be written into the config in place of `AUTO`; its `skip_quant_op_names` come on top of those given. */
  readonly chosen: Settings & { readonly skip_quant_op_names: readonly string[] };
}
