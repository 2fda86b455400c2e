import { KerutaError } from "@keruta/protocol";
import { type Endpoint, endpoint } from "./endpoint.ts";

/** Stands where an endpoint would that the operator has to switch on, and says how. */
export function switchedOff(flag: string): Endpoint {
  return endpoint({ summary: "Switched off", answers: {}, hidden: true }, () => {
    throw new KerutaError("RESOURCE_NOT_FOUND", `this is switched off; start the server with ${flag}`);
  });
}
