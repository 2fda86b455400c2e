import * as v from "valibot";

/** Whole numbers that a double holds exactly. */
export const whole = v.pipe(v.number(), v.safeInteger());
export const count = v.pipe(whole, v.minValue(0));
