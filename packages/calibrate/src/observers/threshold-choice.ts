import type { ExecutionPlan } from '@mnnquant/graph';
import type { TieGroup } from '../ties/tie-groups.ts';
import { isAverage } from './averages.ts';
import { hasLittleData } from './little-data.ts';

/** How the range of a group is to be found. */
export interface ThresholdChoice {
  readonly threshold: 'search' | 'maximum';
  /** Factor on the range that was seen. */
  readonly headroom: number;
}

// A global average has one value per channel and sample, each the mean of many: other samples go
// beyond what a hundred showed, and what is cut here reaches the classifier.
const AVERAGE_HEADROOM = 2;

/**
 * Returns the choice for a group of tied tensors. The maximum instead of the search:
 *
 * - where a graph input is among the sources (MNN means to; its code never finds the input);
 * - where all sources have little data, as in MNN; with room for twice as much behind an average that
 *   runs in float (MNN gives it its input's scale, which is wider).
 *
 * @param absMax largest |x| of a tensor, 0 where it was not observed
 */
export function thresholdChooser(
  plan: ExecutionPlan,
  absMax: (tensor: number) => number,
): (group: TieGroup) => ThresholdChoice {
  const inputs = new Set(plan.graph.inputs.map((input) => input.tensor));
  const little = (tensor: number) => {
    const desc = plan.descs.get(tensor);
    return desc === undefined || hasLittleData(desc);
  };
  // An average cannot exceed what it averages, where that was observed.
  const room = (tensor: number) => {
    const producer = plan.graph.producer.get(tensor);
    if (producer === undefined || !isAverage(producer)) return 1;
    const bound = absMax(producer.inputs[0] as number) / absMax(tensor);
    return bound >= 1 && Number.isFinite(bound) ? Math.min(AVERAGE_HEADROOM, bound) : AVERAGE_HEADROOM;
  };
  return ({ sources }) => {
    const few = sources.every(little);
    const threshold = few || sources.some((source) => inputs.has(source)) ? 'maximum' : 'search';
    return { threshold, headroom: few ? Math.min(...sources.map(room)) : 1 };
  };
}
