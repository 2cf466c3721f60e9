export { type InspectOptions, inspectModel } from './inspect-model.ts';
export type * from './inspection.ts';
