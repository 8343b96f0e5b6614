// Property tests draw the same examples in every run, so that a red test is about the change at hand. To look for new
// counterexamples: PROPERTY_SEED=random npm test, or a number to draw others.
import { configureGlobal } from "fast-check";

const wish = process.env.PROPERTY_SEED;
if (wish !== "random") configureGlobal({ seed: Number(wish ?? 20261123) });
