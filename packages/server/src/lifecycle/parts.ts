import type { AttemptTeller } from "./attempt-teller.ts";
import type { InputDelivery } from "./input-delivery.ts";
import type { Inserter } from "./inserter.ts";
import type { LifecycleNeeds } from "./needs.ts";
import type { Turns } from "./turns.ts";

/** What the actions are made of. */
export interface LifecycleParts extends LifecycleNeeds {
  readonly teller: AttemptTeller;
  readonly inserter: Inserter;
  readonly inputs: InputDelivery;
  /** Submissions and changes of status, so that those of one task keep their order. */
  readonly turns: Turns;
}
