// What a lane's own controls are set to, kept while the stage takes over new data.

const kept = new WeakMap();

/** The state object of this name on this stage: `initial` at first, then as it was left. */
export function keepState(stage, name, initial) {
  if (!kept.has(stage)) kept.set(stage, new Map());
  const states = kept.get(stage);
  if (!states.has(name)) states.set(name, { ...initial });
  return states.get(name);
}

/** A row of buttons of which one is pressed; `choose` is called with the value of a new one. */
export function choiceButtons(makeButton, label, choices, current, choose) {
  const group = document.createElement("div");
  group.className = "segments";
  group.setAttribute("role", "group");
  group.setAttribute("aria-label", label);
  const buttons = choices.map(([value, text, title]) => {
    const node = makeButton(title || text, { text, className: "segment", "aria-pressed": String(value === current) });
    node.addEventListener("click", () => {
      buttons.forEach((other) => other.setAttribute("aria-pressed", String(other === node)));
      choose(value);
    });
    return node;
  });
  group.append(...buttons);
  return group;
}
