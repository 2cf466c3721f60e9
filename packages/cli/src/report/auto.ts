import type { AutoOutcome, AutoTrial } from '../auto/outcome.ts';
import type { ReportAuto, ReportTrial } from './auto-schema.ts';

/** What `AUTO` did, as plain data of a report. */
export function reportedAuto({ chosen: _, target, ...outcome }: AutoOutcome): ReportAuto {
  const { judged } = outcome;
  return {
    ...outcome,
    ...(target && { target: { ...target } }),
    judged: { ...judged },
    trials: outcome.trials.map((trial) => trialOf(trial, judged.samples)),
    sensitivity: outcome.sensitivity.map((one) => ({ ...one })),
  };
}

function trialOf({ samples, ...trial }: AutoTrial, all: number): ReportTrial {
  return {
    ...trial,
    settings: { ...trial.settings },
    freed: [...trial.freed],
    multiplyAdds: { int8: trial.multiplyAdds.int8, total: trial.multiplyAdds.total },
    outputs: trial.outputs.map((one) => ({ ...one })),
    ...(samples !== all && { samples }),
  };
}
