/** Two steps of float32, as a part of a scale: enough for the runtime to see two scales, too little to matter to a value. */
export const HAIR = 2 ** -22;
