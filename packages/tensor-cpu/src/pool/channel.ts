import type { Batch, BatchResult, Maximum } from './protocol.ts';

/** The way to one worker and back; what carries the messages is the environment's business. */
export interface Channel {
  /** Results come in the order of the batches. */
  post(message: Batch | Maximum): void;
  /** Called once, before anything is posted. `onFailure`: the worker is gone, and why. */
  listen(onResult: (result: BatchResult) => void, onFailure: (error: Error) => void): void;
  /** The ticket that the worker began last; `undefined` where that cannot be known. */
  currentTicket(): number | undefined;
  /** Ends the worker, whatever it does. */
  close(): Promise<void>;
}
