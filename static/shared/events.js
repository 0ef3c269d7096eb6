// Names of the events by which what stands on a page hears of each other.

/** A stage begins to play; {key, stage} in detail. The others fall silent. */
export const PLAY_EVENT = "seqscope-stage-plays";
/** A hand has moved a stage's clock; {key} in detail. */
export const MOVE_EVENT = "seqscope-stage-moves";
/** An axis or symbol is pointed at; its name in detail, "" for none. */
export const LIGHT_EVENT = "seqscope-light";
/** Each stage adds {key, …} to the list in detail: its view, as a link holds it. */
export const ASK_EVENT = "seqscope-stage-asked";
/** Stages and blueprints add {node, tensors} to the list in detail. */
export const SHAPES_EVENT = "seqscope-shapes-asked";
